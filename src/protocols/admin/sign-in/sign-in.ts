import type { SignInMethod } from '../../../identity/credential.ts';
import { principalRef, type Member } from '../../../identity/principal.ts';
import { openSession, type OpenedSession } from '../../../identity/sign-in/console-session.ts';
import { putSignIn, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { SignInSettings } from '../../../identity/sign-in/sign-in-settings.ts';
import type { RecordName, Write } from '../../../records/commit.ts';
import { userArn } from '../../../identity/arn.ts';
import { RequestError } from '../errors.ts';
import type { AdminServices } from '../services.ts';
import type { OpenContext } from './open-route.ts';
import { callFor, settingsOf, signInOf, type Person } from './person.ts';
import { ORIGIN_REFUSED, SignInRefusedError } from './refusals.ts';
import { showSession } from './show-session.ts';
import type { Site } from './site.ts';

export const SIGN_IN_ACTION = 'keystead:SignIn';

/** What is true of a user at the moment of the decision. */
export interface SignInFacts {
  readonly member: Member;
  readonly signIn: SignIn;
  readonly settings: SignInSettings;
}

/** Whether somebody is signed in. `signIn`: what the record becomes either way; absent, it stays. */
export type SignInDecision =
  | { readonly refused: string; readonly signIn?: SignIn | undefined }
  | { readonly isMultiFactor: boolean; readonly signIn?: SignIn | undefined; readonly claim?: readonly RecordName[] };

/**
 * Signs a user in, or refuses it, in one commit with its entry: `decide` sees the newest records, again whenever
 * somebody else was faster, so nothing that counts works twice. Hands the session to the browser.
 *
 * @throws {SignInRefusedError} recorded in the user's log
 */
export async function signIn(
  context: OpenContext,
  person: Person,
  method: SignInMethod,
  decide: (facts: SignInFacts, nowMs: number) => SignInDecision | Promise<SignInDecision>,
) {
  const site = requireSite(context);
  const { services } = context;
  const { tenant } = person;
  const opened = await services.pipeline.execute(callFor(context, person, SIGN_IN_ACTION), () => ({
    targets: [{ action: SIGN_IN_ACTION, resource: userArn(tenant.accountId, person.member.name), isFree: true }],
    details: { method },
    run: async (nowMs) => {
      const member = await services.directory.member(tenant, person.member.id);
      if (member?.state !== 'active') throw new SignInRefusedError(`user-${member?.state ?? 'deleted'}`);
      const before = await signInOf(services, tenant, member.id);
      const settings = await settingsOf(services, tenant);
      const decision = await decide({ member, signIn: before, settings }, nowMs);
      const writes: Write[] = [];
      if (decision.signIn !== undefined) writes.push(putSignIn(tenant, before, decision.signIn));
      if ('refused' in decision) return { value: undefined, writes, refusal: new SignInRefusedError(decision.refused) };
      await requireUnused(services, decision.claim ?? []);
      const session = openSession(
        tenant,
        member,
        { method, isMultiFactor: decision.isMultiFactor, ...fromBrowser(context) },
        settings,
        nowMs,
        services.random,
        decision.claim,
      );
      context.wipeLater(session.token);
      return {
        value: { session, member },
        writes: [...writes, session.write],
        // Suspended in between, it would be a session of nobody's.
        preconditions: [{ ref: principalRef(tenant.tenantId, member.id), revision: member.revision }],
        result: { session: session.session.id },
        // Whoever is to switch something off on a full disk gets in first.
        urgent: true,
      };
    },
  }));
  // A refusal with a change has thrown.
  const { session, member } = opened as NonNullable<typeof opened>;
  return handOver(context, site, { tenant, member }, session);
}

/** Hands an opened session to the browser, and says whose it is. */
export function handOver({ browser }: OpenContext, site: Site, { tenant, member }: Person, opened: OpenedSession) {
  browser.keep(opened.token, site);
  return {
    principalId: member.id,
    name: member.name,
    accountId: tenant.accountId,
    tenantName: tenant.name,
    session: showSession(opened.session, member, opened.session.id),
  };
}

/** @throws {RequestError} `origin-refused`: no cookie can be kept where it comes from */
export function requireSite({ browser: { site } }: OpenContext): Site {
  if (site === undefined) throw new RequestError(ORIGIN_REFUSED);
  return site;
}

export function fromBrowser({ browser: { address, userAgent } }: Pick<OpenContext, 'browser'>) {
  return { address, ...(userAgent !== undefined && { userAgent }) };
}

/** @throws {SignInRefusedError} a challenge has served already: here, or on another node */
async function requireUnused({ records }: AdminServices, names: readonly RecordName[]): Promise<void> {
  for (const name of names)
    if ((await records.resolve(name)) !== undefined) throw new SignInRefusedError('challenge-used');
}

/** Counts a try of somebody whom nobody knows, and refuses it. */
export function refuseUnknown({ services, browser }: OpenContext, reason: string): never {
  services.refusals.note('admin', browser.address, reason);
  throw new SignInRefusedError(reason);
}
