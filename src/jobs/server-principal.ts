import { parsePolicy } from '../access/policy.ts';
import type { Principal } from '../identity/principal.ts';
import type { Tenant } from '../identity/tenant.ts';

/** What the server may do of its own accord: start what is due, look after keys, write down how a run ended. */
const POLICY = parsePolicy(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: [
        'keystead:EndRun',
        'keystead:KeepOperatorKey',
        'keystead:RunSchedule',
        'keystead:WatchKeys',
        'keystead:NoteOverdue',
        'keystead:SweepEnvironment',
      ],
      Resource: '*',
    },
  }),
  'identity',
);

/** The server itself, as it stands in the log of a tenant. */
export function serverPrincipal({ tenantId, accountId }: Pick<Tenant, 'tenantId' | 'accountId'>): Principal {
  return {
    tenantId,
    accountId,
    kind: 'server',
    id: 'server',
    name: 'keystead',
    arn: `arn:aws:keystead::${accountId}:server`,
    policies: [POLICY],
    credentialId: 'server',
    strength: 'server',
    cacheKey: 'server',
  };
}
