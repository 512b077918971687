import { userArn } from '../../../identity/arn.ts';
import { hashOfToken } from '../../../identity/credential.ts';
import { principalRef } from '../../../identity/principal.ts';
import { openSession } from '../../../identity/sign-in/console-session.ts';
import {
  endEnrolment,
  enrolmentName,
  enrolmentRef,
  isEnrolmentOpen,
  readEnrolment,
  type Enrolment,
} from '../../../identity/sign-in/enrolment.ts';
import { putSignIn, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { RecordName } from '../../../records/commit.ts';
import type { AdminServices } from '../services.ts';
import type { OpenContext } from './open-route.ts';
import { callFor, settingsOf, signInOf, type Person } from './person.ts';
import { EnrolmentRefusedError } from './refusals.ts';
import { fromBrowser, handOver, requireSite } from './sign-in.ts';

export const ENROL_ACTION = 'keystead:Enrol';

/** A link that is open, with whose it is. */
export interface OpenEnrolment extends Person {
  readonly enrolment: Enrolment;
}

/** What a link leads to. Whatever is wrong with it, the answer is one. @throws {EnrolmentRefusedError} recorded or counted */
export async function requireEnrolment(context: OpenContext, token: string): Promise<OpenEnrolment> {
  const { services, browser } = context;
  const found = await findEnrolment(services, token);
  if (found === undefined) {
    services.refusals.note('admin', browser.address, 'unknown-enrolment');
    throw new EnrolmentRefusedError('unknown-enrolment');
  }
  const reason = whyClosed(found, services.clock());
  if (reason === undefined) return found;
  const error = new EnrolmentRefusedError(reason);
  await services.pipeline.refuse(callFor(context, found, ENROL_ACTION), error);
  throw error;
}

function whyClosed({ member, enrolment }: OpenEnrolment, nowMs: number): string | undefined {
  if (member.state !== 'active') return `user-${member.state}`;
  return isEnrolmentOpen(enrolment, nowMs) ? undefined : 'enrolment-over';
}

async function findEnrolment(services: AdminServices, token: string): Promise<OpenEnrolment | undefined> {
  const { records, directory } = services;
  const tokenHash = hashOfToken(Buffer.from(token, 'ascii'));
  const ref = await records.resolve(enrolmentName(tokenHash));
  const tenant = ref?.kind === 'enrolment' ? await directory.tenant(ref.tenantId) : undefined;
  if (tenant === undefined || ref === undefined) return undefined;
  const record = await records.read(enrolmentRef(tenant.tenantId, ref.id));
  const member = await directory.member(tenant, ref.id);
  if (record === undefined || member === undefined) return undefined;
  const enrolment = readEnrolment(tenant, record);
  return enrolment.tokenHash === tokenHash ? { tenant, member, enrolment } : undefined;
}

/**
 * Uses a link up: what `step` makes of the user's ways in, the end of the link and a session become one commit.
 *
 * @throws {EnrolmentRefusedError} it was used in between
 */
export async function enrol<More>(
  context: OpenContext,
  token: string,
  step: (
    open: OpenEnrolment,
    signIn: SignIn,
    nowMs: number,
  ) => Promise<{ readonly signIn: SignIn; readonly claim?: readonly RecordName[]; readonly more: More }>,
) {
  const site = requireSite(context);
  const { services } = context;
  const first = await requireEnrolment(context, token);
  const { tenant } = first;
  const { session, member, more } = await services.pipeline.execute(callFor(context, first, ENROL_ACTION), () => ({
    targets: [{ action: ENROL_ACTION, resource: userArn(tenant.accountId, first.member.name), isFree: true }],
    details: { kind: first.enrolment.kind },
    run: async (nowMs) => {
      const open = await findEnrolment(services, token);
      const reason = open === undefined ? 'enrolment-used' : whyClosed(open, nowMs);
      if (open === undefined || reason !== undefined) throw new EnrolmentRefusedError(reason ?? 'enrolment-used');
      const { member: user } = open;
      const before = await signInOf(services, tenant, user.id);
      const after = await step(open, before, nowMs);
      const opened = openSession(
        tenant,
        user,
        { method: 'enrolment', isMultiFactor: true, ...fromBrowser(context) },
        await settingsOf(services, tenant),
        nowMs,
        services.random,
        after.claim,
      );
      context.wipeLater(opened.token);
      return {
        value: { session: opened, member: user, more: after.more },
        writes: [putSignIn(tenant, before, after.signIn), endEnrolment(open.enrolment), opened.write],
        preconditions: [{ ref: principalRef(tenant.tenantId, user.id), revision: user.revision }],
        result: { session: opened.session.id },
      };
    },
  }));
  return { signedIn: handOver(context, site, { tenant, member }, session), more };
}
