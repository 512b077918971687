import { randomUUID } from 'node:crypto';
import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import { KeyError } from '../keys/errors.ts';
import type { KeyCache } from '../keys/key-cache.ts';
import type { OpenKey } from '../keys/open-key.ts';
import { isThere } from '../keys/state.ts';
import type { Act, Target } from '../pipeline/act.ts';
import type { Call } from '../pipeline/call.ts';
import { AccessDeniedError } from '../pipeline/errors.ts';
import type { Pipeline } from '../pipeline/execute.ts';
import { parseKeysteadArn } from '../vault/master-keys/keystead-arn.ts';
import type { KeysteadOf, KeysteadReply, KeysteadRequest } from '../vault/master-keys/keystead-service.ts';
import { contextConditions } from './context-conditions.ts';
import { environmentPrincipal } from './environment-principal.ts';
import { KEYSTEAD_USES } from './keystead-uses.ts';
import { refusalOf } from './keystead-refusals.ts';

/** What it takes to use keys of this installation. */
export interface KeysteadKeyPorts {
  readonly directory: Directory;
  readonly keys: KeyCache;
  readonly pipeline: Pipeline;
  readonly clock: () => number;
  readonly random: Random;
}

/** A key of this installation, found. */
export interface FoundKey {
  readonly open: OpenKey;
  readonly arn: string;
  /** The account that owns it. */
  readonly accountId: string;
}

/** A key of this installation by its ARN, whoever owns it. @throws {KeyError} `key-not-found` */
export async function requireKey(
  { directory, keys }: Pick<KeysteadKeyPorts, 'directory' | 'keys'>,
  arn: string,
): Promise<FoundKey> {
  const parsed = parseKeysteadArn(arn);
  const tenant = parsed && (await directory.tenantByAccount(parsed.accountId));
  const instance = parsed && tenant && (await directory.instance(tenant.tenantId, parsed.region));
  const open = instance && (await keys.find(instance, parsed.keyId));
  if (open === undefined) throw new KeyError('key-not-found', { keyId: parsed?.keyId ?? '' });
  return { open, arn, accountId: parsed?.accountId as string };
}

/**
 * Answers what an environment asks of keys of this installation: through the pipeline, as the environment, so that the
 * key's policy and its grants decide and every answer has its entry.
 *
 * The entries have as their request id what it is for: a run's id.
 */
export function keysteadOf(ports: KeysteadKeyPorts): KeysteadOf {
  return (tenantId, environmentId, about = randomUUID()) =>
    async (request) => {
      const found: FoundKey[] = [];
      try {
        const tenant = await ports.directory.tenant(tenantId);
        if (tenant === undefined) throw new TypeError('an environment has a tenant');
        const call: Call = {
          principal: environmentPrincipal(tenant, environmentId),
          requestId: about,
          action: KEYSTEAD_USES[request.operation].actions[0],
          source: { protocol: 'vault', address: 'local' },
        };
        return await ports.pipeline.execute(call, () => actOf(ports, request, found));
      } catch (error) {
        const refusing = found.find((key) => isAbout(error, key)) ?? found[0];
        return { refused: refusalOf(error, refusing?.arn ?? request.keyId, refusing?.open.key, ports.clock()) };
      }
    };
}

/** Whether it was this key that refused, where two were asked. */
function isAbout(error: unknown, { open, arn }: FoundKey): boolean {
  if (error instanceof AccessDeniedError) return error.resource === arn;
  return error instanceof KeyError && error.facts.keyId === open.key.id;
}

async function actOf(
  ports: KeysteadKeyPorts,
  request: KeysteadRequest,
  found: FoundKey[],
): Promise<Act<KeysteadReply>> {
  const use = KEYSTEAD_USES[request.operation];
  const [action, actionOfOther] = use.actions;
  const entries = 'context' in request ? request.context : [];
  const context = contextConditions(new Map(entries));
  const targetOf = ({ open, arn, accountId }: FoundKey, what: string): Target => ({
    action: what,
    resource: arn,
    key: open,
    accountId,
    context,
  });
  const key = await requireKey(ports, request.keyId);
  const to = request.operation === 'rewrap' ? await requireKey(ports, request.toKeyId) : undefined;
  found.splice(0, found.length, key, ...(to ? [to] : []));
  const run = use.run as (...given: readonly unknown[]) => ReturnType<typeof KEYSTEAD_USES.describe.run>;
  return {
    targets: [targetOf(key, action), ...(to && actionOfOther !== undefined ? [targetOf(to, actionOfOther)] : [])],
    ...(entries.length > 0 && { details: { encryptionContext: Object.fromEntries(entries) } }),
    run: (nowMs) => {
      // A key that is gone is told from one that was never there by nobody.
      if (!isThere(key.open.key, nowMs) && request.operation !== 'describe') {
        throw new KeyError('key-deleted', { keyId: key.open.key.id });
      }
      return run(request, key.open, to?.open, nowMs, ports.random);
    },
  };
}
