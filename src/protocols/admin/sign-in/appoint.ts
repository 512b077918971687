import { appointed, commandsGained } from '../../../identity/appointment.ts';
import type { Member } from '../../../identity/principal.ts';
import { withoutSessions } from '../../../identity/sign-in/console-session.ts';
import { putSignIn, type SignIn } from '../../../identity/sign-in/sign-in-record.ts';
import { withoutWaysIn } from '../../../identity/sign-in/ways-in.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { Write } from '../../../records/commit.ts';
import type { HolderChange } from '../holder-changes.ts';
import type { AdminContext } from '../route.ts';
import { withoutLink } from './enrolment-of.ts';
import { signInOf } from './person.ts';

/**
 * A user to whom a policy was attached. Where it comes to command by that, nothing by which somebody else could be that
 * user from before leads to it: docs/spec/identity.md, "Who comes to command".
 */
export async function appoint(
  { services, proof: { tenant } }: AdminContext,
  before: Member,
  after: Member,
): Promise<HolderChange<Member>> {
  const gained = commandsGained(before.policies, after.policies);
  if (gained.length === 0) return { holder: after, writes: [] };
  const holder = { ...after, appointments: appointed(after, gained) };
  const link = await withoutLink(services, tenant, after.id);
  if (!gained.includes('operator')) return { holder, ...link };
  const signIn = await signInOf(services, tenant, after.id);
  return { ...link, holder: withoutSessions(holder), writes: [...link.writes, ...endWaysIn(tenant, signIn)] };
}

/** Every way in is gone at once. */
export function endWaysIn(tenant: Tenant, signIn: SignIn): Write[] {
  return signIn.revision === 0 ? [] : [putSignIn(tenant, signIn, withoutWaysIn(signIn))];
}
