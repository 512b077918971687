import { whileItLasts } from '../../../identity/tenant.ts';
import { KeyError } from '../../../keys/errors.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { keyRecordId } from '../../../keys/key-record.ts';
import { policiesStand } from '../../../keys/instance-policies-record.ts';
import { requireState } from '../../../keys/state.ts';
import { replicate } from '../../../keys/replicate.ts';
import { andThen } from '../../../records/ports.ts';
import type { Operation } from '../operation.ts';
import { foreignInstance, targetOf } from '../resolve.ts';
import { keyMetadata } from './key-metadata.ts';
import { defaultAccessPolicy } from '../../../keys/access-policy.ts';
import { checkPolicy } from './key-policy.ts';
import { OWN_KEY, resolveOwnKey } from './own-key.ts';
import { relativesOf } from './relatives.ts';
import { keyRoom } from './room-for-key.ts';
import { tagsOf, wireTagOf } from './tags.ts';

const ACTION = 'kms:ReplicateKey';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html */
export const replicateKey: Operation<'ReplicateKey'> = {
  actions: [ACTION, 'kms:CreateKey', 'kms:TagResource'],
  keys: OWN_KEY,
  notes:
    "kms:TagResource only where tags are given; where a replica was, AlreadyExistsException until it is destroyed, up to half a minute after its time; the replica is there with the answer, as in AWS's example, and never Creating; the answer to a region that the account does not have is inferred",
  prepare(context, input, nowMs) {
    const { accountId, tenantId } = context.instance;
    const { ReplicaRegion: region } = input;
    const wanted = {
      description: input.Description ?? '',
      accessPolicy: input.Policy ?? defaultAccessPolicy(accountId),
      tags: tagsOf(input.Tags),
    };
    return andThen(resolveOwnKey(context, ACTION, input.KeyId, nowMs), (resolved) => ({
      targets: [
        targetOf(ACTION, resolved),
        // API_ReplicateKey, "Required permissions": the replica is a new key of its region.
        { action: 'kms:CreateKey', resource: '*' },
        ...(wanted.tags.length > 0 ? [{ action: 'kms:TagResource', resource: '*' }] : []),
      ],
      details: {
        bypassPolicyLockoutSafetyCheck: input.BypassPolicyLockoutSafetyCheck,
        replicaRegion: region,
      },
      async run(runAtMs) {
        const { open } = resolved;
        requireState(open.key, 'replicate', runAtMs);
        const space = await foreignInstance(context, tenantId, region);
        if (space === undefined) throw new KeyError('region-not-found', { keyId: open.key.id, region });
        const instancePolicies = await context.keys.instancePolicies.find(space);
        const existing = await context.keys.find(space, open.key.id);
        const related = await relativesOf(context, open);
        const { value: replica, writes } = replicate(
          open,
          related,
          space,
          existing?.key,
          { ...wanted, instancePolicies },
          runAtMs,
          context.random,
          context.quotas,
        );
        if (input.Policy !== undefined) {
          const made = new OpenKey(replica, space);
          await checkPolicy(context, input.Policy, made, input.BypassPolicyLockoutSafetyCheck, runAtMs);
        }
        return {
          value: {
            ReplicaKeyMetadata: keyMetadata(replica, accountId, runAtMs),
            ReplicaPolicy: wanted.accessPolicy,
            ReplicaTags: wanted.tags.map(wireTagOf),
          },
          writes,
          preconditions: [whileItLasts(space), policiesStand(space, instancePolicies)],
          keyId: keyRecordId(replica.id, region),
          rooms: [keyRoom(context, space)],
        };
      },
    }));
  },
};
