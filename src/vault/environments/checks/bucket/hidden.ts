import { passed, warned, type Finding } from '../check.ts';
import { type CheckedBucket } from './checked-bucket.ts';
import { PROBES } from '../../../targets/object-name.ts';

/** So many are named, or counted: a look is to take seconds. */
const MAX_COUNTED = 1000;
const MAX_MS = 10_000;

/** Whether somebody has deleted or written over objects of the vault, which the bucket still has. */
export async function checkHidden({ target, hasVault }: CheckedBucket): Promise<Finding> {
  if (!hasVault) return { outcome: 'skipped', what: 'there is no vault yet' };
  const endMs = Date.now() + MAX_MS;
  const found: string[] = [];
  for await (const { name, by } of target.hidden('')) {
    if (name.startsWith(PROBES)) continue;
    found.push(`${name} (${by === 'delete-marker' ? 'deleted' : 'written over'})`);
    if (found.length >= MAX_COUNTED || Date.now() > endMs) break;
  }
  const [first] = found;
  if (first === undefined) return passed('nothing of the vault is hidden behind newer versions');
  return warned(
    `${found.length} objects of the vault are hidden behind newer versions, among them ${first}. Nobody but Keystead should write there: find out who did, and remove the delete markers and newer versions to bring them back.`,
  );
}
