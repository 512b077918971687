import type { Random } from '../../crypto/random.ts';
import { uuid } from '../../crypto/uuid.ts';

/** A host that writes backups of its own into an environment, and reads none. */
export interface Agent {
  readonly tenantId: string;
  readonly id: string;
  readonly revision: number;
  readonly environmentId: string;
  /** Unique in the environment. */
  readonly name: string;
  /** The user of the tenant as whom it asks. */
  readonly principalId: string;
  readonly state: 'invited' | 'enrolled' | 'revoked';
  readonly invitedUntilMs: number;
  /** The vault's id of its signing key, once it is enrolled: its fingerprint, which the host shows as well. */
  readonly writerId?: string;
  readonly enrolledAtMs?: number;
  /** The vault that it was enrolled for: it writes there, and what it was given is of no use anywhere else. */
  readonly vaultId?: string;
  /** The newest run that it has told of. */
  readonly lastRun?: { readonly runId: string; readonly state: string; readonly endedAtMs: number };
  readonly revokedAtMs?: number;
  /** Of a revoked one: the last of its snapshots that counts. */
  readonly through?: number;
  readonly createdAtMs: number;
}

/** An agent that was invited and has not been heard of yet. */
export function invitedAgent(
  fields: Pick<Agent, 'tenantId' | 'environmentId' | 'name' | 'principalId' | 'invitedUntilMs'> & {
    readonly id: string;
  },
  nowMs: number,
): Agent {
  return { ...fields, revision: 0, state: 'invited', createdAtMs: nowMs };
}

/** The id of a new agent. */
export function agentId(random: Random): string {
  return uuid(random);
}

/** What an agent's user may do: take up its invitation, have the master key proven, tell of its runs. */
export function agentPolicy(environmentArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['keystead:EnrolAgent', 'keystead:AskForAgent', 'keystead:ReportAgentRun'],
        Resource: environmentArn,
      },
    ],
  });
}
