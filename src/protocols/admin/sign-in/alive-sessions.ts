import { CONSOLE_SCOPE, readCredential } from '../../../identity/credential.ts';
import { isConsoleSession, type ConsoleSession } from '../../../identity/sign-in/console-session.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { AdminServices } from '../services.ts';

type Row = Parameters<typeof readCredential>[1];

const PAGE = 1_000;

/** The console sessions among records that prove somebody now; with `principalId` those of this user. */
export async function aliveAmong(
  { directory }: AdminServices,
  tenant: Tenant,
  rows: readonly Row[],
  nowMs: number,
  principalId?: string,
): Promise<ConsoleSession[]> {
  const alive: ConsoleSession[] = [];
  for (const row of rows) {
    const session = readCredential(tenant, row);
    if (!isConsoleSession(session) || (principalId !== undefined && session.principalId !== principalId)) continue;
    if (await directory.isInForce(tenant, session, nowMs)) alive.push(session);
  }
  return alive;
}

/** Every console session of a user that proves it now. */
export async function sessionsOf(
  services: AdminServices,
  tenant: Tenant,
  principalId: string,
  nowMs: number,
): Promise<ConsoleSession[]> {
  const found: ConsoleSession[] = [];
  for (let after: string | undefined; ;) {
    const rows = await services.records.list(tenant.tenantId, 'credential', CONSOLE_SCOPE, {
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    found.push(...(await aliveAmong(services, tenant, rows, nowMs, principalId)));
    after = rows.at(-1)?.id;
    if (rows.length < PAGE) return found;
  }
}
