import type { Member } from '../../../identity/principal.ts';
import { withoutSessions } from '../../../identity/sign-in/console-session.ts';
import { endEnrolment, enrolmentRef, readEnrolment, type Enrolment } from '../../../identity/sign-in/enrolment.ts';
import { removeSignIn } from '../../../identity/sign-in/sign-in-record.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Precondition, Write } from '../../../records/commit.ts';
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

/** The end of a user's link. Where there is none, none may come to be before the commit. */
export async function withoutLink(
  services: AdminServices,
  tenant: Tenant,
  userId: string,
): Promise<{ readonly writes: readonly Write[]; readonly preconditions: readonly Precondition[] }> {
  const link = await enrolmentOf(services, tenant, userId);
  return link === undefined
    ? { writes: [], preconditions: [{ ref: enrolmentRef(tenant.tenantId, userId), revision: 0 }] }
    : { writes: [endEnrolment(link)], preconditions: [] };
}

/** A user who is switched off: its sessions and its link are over for good, its ways in wait for its return. */
export async function endPresence({ services, proof }: AdminContext, member: Member): Promise<HolderChange<Member>> {
  return { holder: withoutSessions(member), ...(await withoutLink(services, proof.tenant, member.id)) };
}

/** What takes the ways in of a user away who is deleted. */
export async function endSignIn({ services, proof }: AdminContext, { id }: Member): Promise<Write[]> {
  return removeSignIn(await signInOf(services, proof.tenant, id));
}
