import type { Tenant } from '../../../identity/tenant.ts';
import type { Alert } from '../../../vault/alerts/alert.ts';
import { timestamp } from '../schema.ts';

/** The name of an alert channel in policies; `*` for all of a tenant. */
export function channelArn({ accountId }: Pick<Tenant, 'accountId'>, id: string): string {
  return `arn:aws:keystead::${accountId}:alert-channel/${id}`;
}

/** Brings an alert to the wire. */
export function showAlert({ id, channelId, facts, atMs, delivery }: Alert) {
  const { state, attempts, failure, nextAtMs } = delivery;
  return {
    alertId: id,
    channelId,
    kind: facts.kind,
    ...(facts.environmentId !== undefined && { environmentId: facts.environmentId }),
    ...(facts.runId !== undefined && { runId: facts.runId }),
    at: timestamp(atMs),
    state,
    attempts,
    ...(failure !== undefined && { failure }),
    ...(state === 'waiting' && { nextAttemptAt: timestamp(nextAtMs) }),
  };
}
