import type { Static, TObject, TSchema } from 'typebox';
import { credentialRef, readCredential } from '../../../identity/credential.ts';
import { principalRef, putPrincipal, type Member } from '../../../identity/principal.ts';
import {
  asOnlySession,
  isConsoleSession,
  isOfPresent,
  putSession,
  withoutSessions,
  type ConsoleSession,
} from '../../../identity/sign-in/console-session.ts';
import { putSignIn, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Precondition, RecordName, Write } from '../../../records/commit.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import { sessionsOf } from './alive-sessions.ts';
import { requireSession, signInOf } from './person.ts';

/** A person's own sign-in, as it is now. */
export interface Own {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly signIn: SignIn;
  readonly session: ConsoleSession;
}

/** What a step on one's own sign-in came to. */
export interface OwnDone<Value> {
  readonly value: Value;
  readonly signIn?: SignIn | undefined;
  readonly session?: ConsoleSession;
  /** Challenges that it used up: they go with the session. */
  readonly claim?: readonly RecordName[];
  /** Whoever changes it because it was stolen has whoever stole it out: the other sessions end with it. */
  readonly endsOthers?: boolean;
  readonly refusal?: Error;
}

/** What an endpoint on one's own sign-in says of itself. */
export interface OwnRoute<P extends TObject, B extends TObject, A extends TSchema, Value> {
  readonly id: string;
  readonly method?: 'GET';
  readonly path: string;
  readonly action: `keystead:${string}`;
  readonly summary: string;
  readonly params?: P;
  readonly body?: B;
  readonly answer: A;
  readonly example?: { readonly params?: Static<P>; readonly body?: Static<B> };
  /** It changes how one signs in: whoever holds an old session must not. */
  readonly isSensitive?: true;
  /** It switches something off: it gets through on a full disk. */
  readonly urgent?: true;
  /** Slow work, done once before the record is decided on. */
  readonly before?: (own: Own, input: OwnInput<P, B>, context: AdminContext) => Promise<unknown>;
  readonly step: (
    own: Own,
    input: OwnInput<P, B>,
    nowMs: number,
    context: AdminContext,
    found: unknown,
  ) => OwnDone<Value> | Promise<OwnDone<Value>>;
  /** `ended`: how many other sessions ended, where it is something that ends them. */
  readonly show: (value: Value, context: AdminContext, ended: number | undefined) => Static<A>;
}

export interface OwnInput<P extends TObject, B extends TObject> {
  readonly params: Static<P>;
  readonly body: Static<B>;
}

const FRESH_MS = 10 * 60_000;

/** Until when a session may change how its user signs in: never, where nobody knows when that was proven. */
export function canChangeUntilMs({ createdAtMs, console: { authenticatedAtMs } }: ConsoleSession): number {
  return authenticatedAtMs === undefined ? createdAtMs : authenticatedAtMs + FRESH_MS;
}

/** States an endpoint on one's own sign-in: for a person in a console session, whatever else it may do. */
export function ownRoute<
  A extends TSchema,
  Value,
  P extends TObject = TObject<Record<never, never>>,
  B extends TObject = TObject<Record<never, never>>,
>(row: OwnRoute<P, B, A, Value>): AdminRoute {
  // The act may be decided several times; the slow part of it belongs to the request.
  const found = new WeakMap<object, Promise<unknown>>();
  return adminRoute({
    id: row.id,
    method: row.method ?? 'POST',
    path: row.path,
    action: row.action,
    access: 'session',
    summary: row.summary,
    status: 200,
    ...(row.params && { params: row.params }),
    ...(row.body && { body: row.body }),
    answer: row.answer,
    example: (row.example ?? {}) as never,
    prepare: async (context, input) => {
      const { proof, services } = context;
      requireSession(proof);
      const given = input as unknown as OwnInput<P, B>;
      const work = row.before;
      if (work !== undefined && !found.has(input)) {
        const own = await ownOf(context);
        if (row.isSensitive === true) requireFresh(own.session, context.nowMs);
        found.set(input, work(own, given, context));
      }
      return {
        targets: [{ action: row.action, resource: proof.principal.arn, isFree: true }],
        ...(row.params && { details: input.params as never }),
        run: async (nowMs) => {
          const own = await ownOf(context);
          if (row.isSensitive === true) requireFresh(own.session, nowMs);
          const done = await row.step(own, given, nowMs, context, await found.get(input));
          const writes: Write[] = [];
          if (done.signIn !== undefined) writes.push(putSignIn(own.tenant, own.signIn, done.signIn));
          const claim = done.claim ?? [];
          for (const name of claim) await requireUnused(services.records, name);
          const session = done.session ?? own.session;
          const ended = done.endsOthers === true ? await othersOf(services, own, nowMs) : undefined;
          if (ended !== undefined) {
            writes.push(putPrincipal(own.tenant, withoutSessions(own.member)).write);
            writes.push(putSession(own.tenant, asOnlySession(session, own.member), claim).write);
          } else if (done.session !== undefined || claim.length > 0)
            writes.push(putSession(own.tenant, session, claim).write);
          return {
            value: { value: done.value, ended },
            writes,
            preconditions: ended === undefined ? stillOwn(own, done) : [],
            ...(ended !== undefined && { result: { endedSessions: ended } }),
            ...(row.urgent === true && { urgent: true }),
            ...(done.refusal && { refusal: done.refusal }),
          };
        },
      };
    },
    show: ({ value, ended }: { readonly value: Value; readonly ended: number | undefined }, context) =>
      row.show(value, context, ended),
  });
}

/** The sign-in of whoever is in a session, as it is now. @throws {AdminRefusal} `session-needed` */
export async function ownOf({ services, proof }: Pick<AdminContext, 'services' | 'proof'>): Promise<Own> {
  const { tenant, principal } = proof;
  const { id } = requireSession(proof);
  const [record, member] = [
    await services.records.read(credentialRef(tenant.tenantId, id)),
    await services.directory.member(tenant, principal.id),
  ];
  const session = record && readCredential(tenant, record);
  const isOver =
    session === undefined ||
    !isConsoleSession(session) ||
    session.state !== 'active' ||
    member?.state !== 'active' ||
    !isOfPresent(member, session);
  if (isOver) throw new AdminRefusal('session-needed', 'your session was ended while this request came in');
  return { tenant, member, signIn: await signInOf(services, tenant, member.id), session };
}

/** How many other sessions there are to end. */
async function othersOf(services: AdminContext['services'], { tenant, member }: Own, nowMs: number): Promise<number> {
  return (await sessionsOf(services, tenant, member.id, nowMs)).length - 1;
}

/** What a change rests on: whose sessions were ended in between, or this one, changes nothing any more. */
function stillOwn({ tenant, member, session }: Own, done: Pick<OwnDone<unknown>, 'session' | 'claim'>): Precondition[] {
  const { tenantId } = tenant;
  const user = { ref: principalRef(tenantId, member.id), revision: member.revision };
  const isWritten = done.session?.id === session.id || (done.session === undefined && done.claim !== undefined);
  return isWritten ? [user] : [user, { ref: credentialRef(tenantId, session.id), revision: session.revision }];
}

/** @throws {AdminRefusal} `sign-in-again` */
export function requireFresh({ console: { authenticatedAtMs } }: ConsoleSession, nowMs: number): void {
  const ageMs = authenticatedAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs - authenticatedAtMs;
  if (ageMs <= FRESH_MS && ageMs >= -60_000) return;
  const since = authenticatedAtMs === undefined ? 'your provider did not say when' : 'more than 10 minutes ago';
  throw new AdminRefusal('sign-in-again', `this changes how you sign in, and you proved who you are ${since}`);
}

async function requireUnused(records: AdminContext['services']['records'], name: RecordName): Promise<void> {
  if ((await records.resolve(name)) === undefined) return;
  throw new AdminRefusal('passkey-refused', 'this answer of a passkey has served already');
}
