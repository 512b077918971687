import { movePrimary } from '../../../keys/replicate.ts';
import { requireReach } from '../../../pipeline/reach.ts';
import { andThen } from '../../../records/ports.ts';
import type { Operation } from '../operation.ts';
import { resolvedKey, targetOf } from '../resolve.ts';
import { OWN_KEY, resolveOwnKey } from './own-key.ts';
import { relativesOf } from './relatives.ts';

const ACTION = 'kms:UpdatePrimaryRegion';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html */
export const updatePrimaryRegion: Operation<'UpdatePrimaryRegion'> = {
  actions: [ACTION],
  keys: OWN_KEY,
  notes:
    'done when the answer comes, so no key is ever Updating; the answers to a region without a replica, to a replica that is not Enabled, and to the region of the primary itself are inferred',
  prepare: (context, { KeyId, PrimaryRegion: region }, nowMs) =>
    andThen(resolveOwnKey(context, ACTION, KeyId, nowMs), (resolved) =>
      andThen(relativesOf(context, resolved.open), (related) => {
        const replica = related.find(({ key }) => key.region === region);
        const target = replica && targetOf(ACTION, resolvedKey(context, replica, resolved.accountId));
        const reached = replica && requireReach(context.keys, replica.space, context);
        return andThen(reached, () => ({
          // API_UpdatePrimaryRegion, "Required permissions": on both keys.
          targets: [targetOf(ACTION, resolved), ...(target ? [target] : [])],
          details: { primaryRegion: region },
          run: (runAtMs) => ({
            value: undefined,
            writes: movePrimary(resolved.open, related, region, runAtMs).writes,
          }),
        }));
      }),
    ),
};
