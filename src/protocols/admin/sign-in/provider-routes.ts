import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { wipe } from '../../../bytes/bytes.ts';
import { BusyError } from '../../../pipeline/errors.ts';
import { StoreFullError, UnknownOutcomeError } from '../../../records/ports.ts';
import { RequestError } from '../errors.ts';
import type { AdminServices } from '../services.ts';
import { AdminRefusal } from '../refusal.ts';
import { browserOf, sessionTokenOf } from './browser.ts';
import { CALLBACK_PATH } from './callback-url.ts';
import type { OpenContext } from './open-route.ts';
import { requireFresh } from './own.ts';
import { requireSession } from './person.ts';
import { finishOwnErrand, type Owner } from './provider-owner.ts';
import { proveBySession } from './session-proof.ts';
import { ProviderRefusedError, type ProviderProblem } from './provider-refusal.ts';
import { beginProviderSignIn, finishProviderSignIn } from './provider-sign-in.ts';
import { isStateOf, openTicket, sealTicket, TICKET_MS } from './provider-ticket.ts';
import { SIGN_IN_ACTION } from './sign-in.ts';
import { safeSiteAt } from './site.ts';

/** Where the page of sign-in sends a browser: `?provider=<id>`. */
const START_PATH = '/admin/v1/sign-in/oidc/start';

const CONSOLE = '/console/';
const SIGN_IN_PAGE = '/console/sign-in';
/** Where somebody who is signed in comes from and goes back to. */
const ACCOUNT_PAGE = '/console/account';
const SECURE_NAME = '__Host-keystead-provider';
const PLAIN_NAME = 'keystead-provider';
const PROVIDER_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The way of a browser to a provider and back: navigations, answered by redirects alone. Whatever goes wrong leads to
 * the page of sign-in with a word for it.
 */
export function serveProviderSignIn(app: FastifyInstance, services: AdminServices): void {
  const config = { action: SIGN_IN_ACTION, isNavigation: true };
  app.get(START_PATH, { config }, (request, reply) => {
    const { provider = '', again, fresh, link } = request.query as Record<string, unknown>;
    const errand = fresh !== undefined ? 'prove' : link !== undefined ? 'link' : undefined;
    const page = { problems: errand === undefined ? SIGN_IN_PAGE : ACCOUNT_PAGE };
    return navigation(services, request, reply, page, async () => {
      if (typeof provider !== 'string' || !PROVIDER_ID.test(provider)) return problem(page, 'provider-unavailable');
      return inContext(services, request, reply, async (context) => {
        services.signIn.tries.take('address', context.browser.address);
        const site = safeSiteAt(services.publicUrl);
        if (site === undefined) return problem(page, 'provider-unavailable');
        const isElsewhere = context.browser.site?.origin !== site.origin;
        // A session is kept for where it was opened: it would not be sent there.
        if (errand !== undefined && isElsewhere) return problem(page, 'other-address');
        // Providers send a browser back to one address, and the ticket is kept for where it was given out.
        if (isElsewhere && again === undefined)
          return `${services.publicUrl}${START_PATH}?provider=${provider}&again=1`;
        const own = errand && (await ownerHere(services, request, errand));
        if (errand !== undefined && own === undefined) return problem(page, 'sign-in-expired');
        const begun = await beginProviderSignIn(context, provider, own);
        const sealed = sealTicket(services.barrier, services.installationId, begun.ticket, services.random);
        void reply.setCookie(ticketName(services), sealed, { ...attributesOf(services), maxAge: TICKET_MS / 1000 });
        return begun.location;
      });
    });
  });
  const comeBack = (request: FastifyRequest, reply: FastifyReply) => {
    const page = { problems: SIGN_IN_PAGE };
    return navigation(services, request, reply, page, async () => {
      const sealed = request.cookies[ticketName(services)];
      void reply.clearCookie(ticketName(services), attributesOf(services));
      return inContext(services, request, reply, async (context) => {
        const { browser } = context;
        services.signIn.tries.take('address', browser.address);
        const ticket = openTicket(services.barrier, services.installationId, sealed ?? '', services.clock());
        const { own } = ticket ?? {};
        if (own !== undefined) page.problems = ACCOUNT_PAGE;
        const [path, search = ''] = request.url.split('?');
        const query = new URLSearchParams(search);
        const isAwaited =
          ticket !== undefined &&
          // What came to the address of another issuer is that one's word.
          new URL(ticket.redirectUri).pathname === path &&
          query.getAll('state').length === 1 &&
          isStateOf(ticket, query.get('state'));
        if (!isAwaited) {
          services.refusals.note('admin', browser.address, 'provider-return-of-nobody');
          return problem(page, 'sign-in-expired');
        }
        const site = safeSiteAt(new URL(ticket.redirectUri).origin);
        if (site === undefined) return problem(page, 'provider-unavailable');
        if (own !== undefined) {
          // Somebody else may have signed in meanwhile, in this very browser.
          const token = sessionTokenOf(request);
          const here = token === undefined ? undefined : await proveBySession(services, token);
          const isOther = typeof here === 'object' && here.credential.id !== own.sessionId;
          if (isOther) return problem(page, 'sign-in-expired');
          await finishOwnErrand(context, { ...ticket, own }, query);
          return `${ACCOUNT_PAGE}?done=${own.errand}`;
        }
        const opened = await finishProviderSignIn(context, ticket, query);
        browser.keep(opened.token, site);
        return CONSOLE;
      });
    });
  };
  app.get(CALLBACK_PATH, { config }, comeBack);
  app.get(`${CALLBACK_PATH}/:issuer`, { config }, comeBack);
}

/** Whoever is signed in at the page that leads there; a page of another origin leads nobody. */
async function ownerHere(
  services: AdminServices,
  request: FastifyRequest,
  errand: Owner['errand'],
): Promise<Owner | undefined> {
  const { 'sec-fetch-site': from = 'same-origin' } = request.headers;
  const token = from === 'same-origin' ? sessionTokenOf(request) : undefined;
  const proof = token === undefined ? undefined : await proveBySession(services, token);
  if (proof === undefined || typeof proof === 'string') return undefined;
  // A link is a way in of its own; a proof is what makes fresh.
  if (errand === 'link') requireFresh(requireSession(proof), services.clock());
  return { errand, proof };
}

/** The page that tells what went wrong. */
interface Page {
  problems: string;
}

/** Answers with a redirect, whatever happens. */
async function navigation(
  services: AdminServices,
  request: FastifyRequest,
  reply: FastifyReply,
  page: Page,
  lead: () => Promise<string>,
): Promise<FastifyReply> {
  let location: string;
  try {
    location = isNavigation(request) ? await lead() : problem(page, 'sign-in-expired');
  } catch (error) {
    location = problem(page, problemOf(error));
    if (![ProviderRefusedError, AdminRefusal, RequestError].some((type) => error instanceof type))
      services.log.error({ requestId: request.id, err: error }, 'a sign-in by a provider failed');
  }
  return reply
    .code(303)
    .header('location', location)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .send();
}

/** Gives a step the context of an open request, and wipes its secrets afterwards. */
async function inContext<Value>(
  services: AdminServices,
  request: FastifyRequest,
  reply: FastifyReply,
  run: (context: OpenContext) => Promise<Value>,
): Promise<Value> {
  const secrets: Uint8Array[] = [];
  try {
    return await run({
      services,
      requestId: request.id,
      isSecure: request.protocol === 'https',
      beganMs: services.signIn.monotonicMs(),
      noteCommonWork: () => {},
      browser: browserOf(services.signIn, request, reply),
      wipeLater: (...more) => void secrets.push(...more.filter((secret) => secret !== undefined)),
    });
  } finally {
    wipe(...secrets);
  }
}

/** A page that goes there, no frame and no script: where a browser says which (W3C Fetch Metadata). */
function isNavigation({ headers }: FastifyRequest): boolean {
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': dest = 'document' } = headers;
  return mode === 'navigate' && dest === 'document';
}

function problem({ problems }: Page, code: ProviderProblem): string {
  return `${problems}?problem=${code}`;
}

function problemOf(error: unknown): ProviderProblem {
  if (error instanceof ProviderRefusedError) return error.problem;
  if (error instanceof AdminRefusal) return error.code === 'sign-in-again' ? 'sign-in-again' : 'sign-in-expired';
  const isLater = [RequestError, BusyError, StoreFullError, UnknownOutcomeError].some((type) => error instanceof type);
  return isLater ? 'try-again' : 'provider-refused';
}

/** A name that no neighbouring host can set (RFC 6265bis section 4.1.3.2), where there is TLS. */
function ticketName({ publicUrl }: AdminServices): string {
  return publicUrl.startsWith('https:') ? SECURE_NAME : PLAIN_NAME;
}

/** `Lax`, as the provider sends the browser back; the prefix asks for the whole path. */
function attributesOf({ publicUrl }: AdminServices) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:') } as const;
}
