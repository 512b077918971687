import type { MasterKeyFailure } from '../../../vault/master-keys/master-key-error.ts';
import { conditionOf, type Condition } from '../../../keys/state.ts';
import { parseKeysteadArn } from '../../../vault/master-keys/keystead-arn.ts';
import { regionsOf } from './keys-part.ts';
import type { PartContext } from './part.ts';

/** What stands in the way of a key as a master key, in the words of the key watch. */
const IN_THE_WAY: Readonly<Record<Condition, MasterKeyFailure | undefined>> = {
  enabled: undefined,
  disabled: 'disabled',
  'pending-deletion': 'pending-deletion',
  'pending-replica-deletion': 'pending-deletion',
  'pending-import': 'material-missing',
  unavailable: 'unreachable',
  deactivated: 'expired',
  deleted: 'deleted',
  gone: 'deleted',
};

/**
 * What stands in the way of a master key of the own tenant at this moment, whether or not the key watch has looked
 * since: a key that was switched off is nowhere shown as good.
 *
 * @returns nothing for a key that can be used, and for one of others
 */
export async function ownKeyInTheWay(context: PartContext, keyArn: string): Promise<MasterKeyFailure | undefined> {
  const { services, proof, nowMs } = context;
  const arn = parseKeysteadArn(keyArn);
  if (arn === undefined || arn.accountId !== proof.tenant.accountId) return undefined;
  const space = (await regionsOf(context)).find(({ region }) => region === arn.region);
  if (space === undefined) return undefined;
  const open = await services.keys.find(space, arn.keyId);
  return open && IN_THE_WAY[conditionOf(open.key, nowMs)];
}
