import cookie from '@fastify/cookie';
import fastify, { type FastifyRequest } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { wipe } from '../../bytes/bytes.ts';
import { uuid } from '../../crypto/uuid.ts';
import { clientAddressBy } from '../../http/client-address.ts';
import type { Proof } from '../../identity/proofs.ts';
import type { Call } from '../../pipeline/call.ts';
import { send, sendError, sendStream } from './answer.ts';
import { prove, type Unproven } from './bearer.ts';
import { adminError, RequestError } from './errors.ts';
import { FINDING } from './finding.ts';
import { BODY_LIMIT_BYTES, bodyRefusal, takeStrictJsonOnly } from './json-body.ts';
import { addressOf, knowClients, logRequest } from './request-log.ts';
import { OPEN_ROUTES } from './open-routes.ts';
import type { AdminContext, AdminRoute } from './route.ts';
import type { StreamAnswer } from './stream-route.ts';
import { ADMIN_ROUTES } from './routes.ts';
import type { AdminServices } from './services.ts';
import { browserOf, isFromOwnSite, sessionTokenOf } from './sign-in/browser.ts';
import { serveProviderSignIn } from './sign-in/provider-routes.ts';
import { serveOpen } from './sign-in/serve-open.ts';
import { proveBySession } from './sign-in/session-proof.ts';
import { ORIGIN_REFUSED } from './sign-in/refusals.ts';
import { inputReader } from './validate.ts';

/** Every path of the admin API begins with this. */
export const ADMIN_PREFIX = '/admin/v1';

const PROTOCOL = 'admin';
const MAX_USER_AGENT = 200;
/** An alias has up to 256 characters, each of its slashes takes three. */
const MAX_PARAM_LENGTH = 800;
/** In the entry of a request that no route matches. */
const UNKNOWN_ACTION = 'keystead:UnknownPath';

/** The admin API without a listener: whoever listens hands requests below {@link ADMIN_PREFIX} to `routing`. */
export interface AdminApi {
  readonly routing: (request: IncomingMessage, response: ServerResponse) => void;
  readonly close: () => Promise<void>;
}

/** How far a request has come. */
interface Progress {
  proof?: Proof;
  /** From here on the pipeline records what becomes of it. */
  isRecorded?: boolean;
  error?: ReturnType<typeof adminError>;
}

/** Puts the admin API together from its list of routes. */
export async function createAdminApi(services: AdminServices): Promise<AdminApi> {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: () => uuid(services.random),
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (_error, _request, reply) => void sendError(reply, UNREADABLE_PATH),
  });
  const progress = new WeakMap<FastifyRequest, Progress>();
  knowClients(app, clientAddressBy(services.proxies));
  takeStrictJsonOnly(app);
  await app.register(cookie);

  // Deny by default: whoever is not proven gets no further, whether there is such a path or not.
  app.addHook('onRequest', async (request, reply) => {
    const { isOpen, isNavigation } = request.routeOptions.config as RouteConfig;
    // A browser that comes back from a provider comes from elsewhere: these ways look at that themselves.
    if (isNavigation === true) return;
    if (isOpen === true) {
      if (!isFromOwnSite(services.signIn, request, false)) throw new RequestError(ORIGIN_REFUSED);
      return;
    }
    const found = await proveRequest(services, request);
    if (typeof found !== 'string') {
      // The throttle counts what it refuses: no entry each.
      progress.set(request, { proof: found, isRecorded: true });
      services.throttle?.take(callOf(request, found), 'admin');
      progress.set(request, { proof: found });
      // RFC 6265 section 8.2: a browser sends its cookie whoever had it ask.
      if (isByCookie(request) && !isFromOwnSite(services.signIn, request, request.method !== 'GET'))
        throw new RequestError(ORIGIN_REFUSED);
      return;
    }
    services.refusals.note(PROTOCOL, addressOf(request), found);
    reply.header('WWW-Authenticate', 'Bearer realm="keystead"');
    throw unproven(request);
  });

  app.setNotFoundHandler(() => {
    throw new RequestError(NO_SUCH_PATH);
  });

  app.setErrorHandler(async (thrown, request, reply) => {
    let error = bodyRefusal(thrown);
    const state = progress.get(request) ?? {};
    if (state.proof !== undefined && state.isRecorded !== true) {
      try {
        await services.pipeline.refuse(callOf(request, state.proof), error as Error);
      } catch (failure) {
        error = failure;
      }
    }
    const told = adminError(error);
    if (told.status >= 500) services.log.error({ requestId: request.id, err: error }, 'request failed');
    progress.set(request, { ...state, error: told });
    return sendError(reply, told);
  });

  app.addHook('onResponse', async (request, reply) =>
    logRequest(services.log, request, reply, progress.get(request) ?? {}),
  );

  for (const route of ADMIN_ROUTES) {
    const readInput = inputReader(route);
    app.route({
      method: route.method,
      url: ADMIN_PREFIX + route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { action: route.action },
      handler: async (request, reply) => {
        const state = progress.get(request) as Progress & { proof: Proof };
        // A body may have come long after the head that was proven.
        if (route.method !== 'GET') state.proof = await stillProven(services, request);
        const input = readInput(request);
        state.isRecorded = true;
        const asked = {
          call: callOf(request, state.proof),
          proof: state.proof,
          proveAgain: againOf(services, request),
          browser: browserOf(services.signIn, request, reply),
        };
        return run(services, route, asked, input, (answer) =>
          route.media === undefined
            ? send(reply, route.status, answer)
            : sendStream(reply, route.media, answer as StreamAnswer),
        );
      },
    });
  }
  for (const route of OPEN_ROUTES) {
    const readInput = inputReader(route);
    app.route({
      method: route.method,
      url: ADMIN_PREFIX + route.path,
      config: { action: route.action, isOpen: true },
      handler: async (request, reply) => {
        const beganMs = services.signIn.monotonicMs();
        const input = readInput(request);
        const answer = await serveOpen(route, input, {
          services,
          requestId: request.id,
          isSecure: request.protocol === 'https',
          beganMs,
          browser: browserOf(services.signIn, request, reply),
        });
        return send(reply, route.status, answer);
      },
    });
  }
  serveProviderSignIn(app, services);
  await app.ready();
  return { routing: (request, response) => app.routing(request, response), close: () => app.close() };
}

/** Runs an endpoint through the pipeline. Its secrets are wiped once the answer is made, or when there is none. */
async function run<Sent>(
  services: AdminServices,
  route: AdminRoute,
  asked: Pick<AdminContext, 'call' | 'proof' | 'proveAgain' | 'browser'>,
  input: ReturnType<ReturnType<typeof inputReader>>,
  answer: (body: unknown) => Sent,
): Promise<Sent> {
  const secrets: Uint8Array[] = [];
  const left: (() => void)[] = [];
  const endAttempt = (): void => {
    for (const work of left.splice(0)) work();
  };
  const context = {
    services,
    ...asked,
    whenOver: (work: () => void) => void left.push(work),
    wipeLater: (...more: readonly (Uint8Array | undefined)[]) =>
      void secrets.push(...more.filter((secret) => secret !== undefined)),
  };
  try {
    const finds = FINDING.has(route.id);
    const prepare = async (nowMs: number) => {
      endAttempt();
      return { ...(await route.prepare({ ...context, nowMs }, input)), finds };
    };
    const value = await services.pipeline.execute(asked.call, prepare);
    return answer(route.show(value, { ...context, nowMs: services.clock() }));
  } finally {
    endAttempt();
    wipe(...secrets);
  }
}

/** Who is behind a request: by its `Authorization`, or where it has none by the cookie of a console session. */
async function proveRequest(services: AdminServices, request: FastifyRequest): Promise<Proof | Unproven> {
  const { authorization } = request.headers;
  const token = authorization === undefined ? sessionTokenOf(request) : undefined;
  return token === undefined ? prove(services, authorization) : proveBySession(services, token);
}

/** Who is behind a request whose body has come. @throws {RequestError} whoever was proven by its head is nobody now */
async function stillProven(services: AdminServices, request: FastifyRequest): Promise<Proof> {
  const found = await proveRequest(services, request);
  if (typeof found === 'string') throw unproven(request);
  return found;
}

function isByCookie(request: FastifyRequest): boolean {
  return request.headers.authorization === undefined && sessionTokenOf(request) !== undefined;
}

function unproven(request: FastifyRequest): RequestError {
  return new RequestError(isByCookie(request) ? SESSION_OVER : UNAUTHENTICATED);
}

/** The same credential, looked at again. */
function againOf(services: AdminServices, request: FastifyRequest): AdminContext['proveAgain'] {
  return async () => {
    const found = await proveRequest(services, request);
    return typeof found === 'string' ? undefined : found;
  };
}

interface RouteConfig {
  readonly action?: string;
  readonly isOpen?: true;
  readonly isNavigation?: true;
}

function callOf(request: FastifyRequest, { principal }: Proof): Call {
  const { action } = request.routeOptions.config as RouteConfig;
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT);
  return {
    principal,
    requestId: request.id,
    action: action ?? UNKNOWN_ACTION,
    source: {
      protocol: PROTOCOL,
      address: addressOf(request),
      isSecure: request.protocol === 'https',
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

const UNAUTHENTICATED = {
  status: 401,
  code: 'unauthenticated',
  message: 'the request proves nobody: it bears no API key that is valid here',
  action: 'Send "Authorization: Bearer <API key>" with a key that is neither suspended nor of another installation.',
};

const SESSION_OVER = {
  status: 401,
  code: 'unauthenticated',
  message: 'your session is over: its time has come, or it was ended',
  action: 'Sign in again.',
};

const NO_SUCH_PATH = {
  status: 404,
  code: 'no-such-path',
  message: 'the admin API has no such path or method',
  action: 'See its OpenAPI description for the paths that there are.',
};

const UNREADABLE_PATH = {
  status: 400,
  code: 'invalid-request',
  message: 'the path of the request cannot be read',
  action: 'Encode it as UTF-8, percent-encoded.',
};
