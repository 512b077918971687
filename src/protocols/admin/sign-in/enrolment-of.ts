import type { Member } from '../../../identity/principal.ts';
import { withoutSessions } from '../../../identity/sign-in/console-session.ts';
import { endEnrolment, enrolmentRef, readEnrolment, type Enrolment } from '../../../identity/sign-in/enrolment.ts';
import { removeSignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Write } from '../../../records/commit.ts';
import type { HolderChange } from '../holder-changes.ts';
import type { AdminContext } from '../route.ts';
import type { AdminServices } from '../services.ts';
import { signInOf } from './person.ts';

/** The link of a user, open or over. */
export async function enrolmentOf(
  { records }: AdminServices,
  tenant: Tenant,
  userId: string,
): Promise<Enrolment | undefined> {
  const record = await records.read(enrolmentRef(tenant.tenantId, userId));
  return record && readEnrolment(tenant, record);
}

/** A user who is switched off: its sessions and its link are over for good, its ways in wait for its return. */
export async function endPresence({ services, proof }: AdminContext, member: Member): Promise<HolderChange<Member>> {
  const enrolment = await enrolmentOf(services, proof.tenant, member.id);
  return { holder: withoutSessions(member), writes: enrolment === undefined ? [] : [endEnrolment(enrolment)] };
}

/** What takes the ways in of a user away who is deleted. */
export async function endSignIn({ services, proof }: AdminContext, { id }: Member): Promise<Write[]> {
  return removeSignIn(await signInOf(services, proof.tenant, id));
}
