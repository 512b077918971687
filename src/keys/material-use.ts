import type { TenantKey } from '../crypto/hierarchy.ts';
import type { KeyUsage } from '../crypto/key-spec.ts';
import { openBody, sealBody } from '../records/body.ts';
import type { Put, Write } from '../records/commit.ts';
import { andThen, type MaybePromise, type RecordReader } from '../records/ports.ts';
import type { StoredRecord } from '../records/record.ts';
import { KeyError, notAuthentic } from './errors.ts';
import { keyRecordId, readKey } from './key-record.ts';
import type { Key } from './key.ts';
import type { KeySpace } from './key-space.ts';

/**
 * What an imported material is used for in a tenant: one material never serves two usages (docs/spec/key-hierarchy.md,
 * "Material use"). The record knows the material by a keyed hash, and which keys have it.
 */
interface MaterialUse {
  readonly usage: KeyUsage;
  /** Ids of the records of the keys that were given it. Null: too many to count, so it is never given up. */
  readonly keys: readonly string[] | null;
}

const FORMAT = 1;
/** Keys whose end is waited for before a material may serve another usage. */
const MAX_KEYS = 100;

/**
 * The write by which a key takes a material for its usage: to be committed together with the import. None where the
 * key has it already. Destroyed keys count no longer.
 *
 * @param useId what the import answered
 * @throws {KeyError} `import-used-otherwise`: another key of the tenant has it for another usage
 */
export function claimMaterialUse(
  records: RecordReader,
  space: KeySpace,
  key: Key,
  useId: string,
): MaybePromise<readonly Write[]> {
  const ref = { tenantId: space.tenantId, kind: 'material-use', id: useId } as const;
  return andThen(records.read(ref), (record) => {
    const fresh = { usage: key.usage, keys: [recordIdOf(key)] };
    if (record === undefined) return [putUse(space.tenantKey, useId, 1, fresh)];
    const known = readUse(space.tenantKey, record);
    const next = (use: MaterialUse) => [putUse(space.tenantKey, useId, record.revision + 1, use)];
    if (known.usage === key.usage) return isHeldBy(known, key) ? [] : next(added(known, key));
    return andThen(isInUse(records, space, known), (isUsed) => {
      if (isUsed) throw new KeyError('import-used-otherwise', { keyId: key.id, detail: known.usage });
      return next(fresh);
    });
  });
}

function recordIdOf({ id, region }: Key): string {
  return keyRecordId(id, region);
}

function isHeldBy({ keys }: MaterialUse, key: Key): boolean {
  return keys === null || keys.includes(recordIdOf(key));
}

function added({ usage, keys }: MaterialUse, key: Key): MaterialUse {
  return { usage, keys: keys === null || keys.length >= MAX_KEYS ? null : [...keys, recordIdOf(key)] };
}

/** Whether any key that was given the material is still there. A destroyed key never comes back. */
async function isInUse(records: RecordReader, space: KeySpace, { keys }: MaterialUse): Promise<boolean> {
  if (keys === null) return true;
  for (const id of keys) {
    const record = await records.read({ tenantId: space.tenantId, kind: 'key', id });
    if (record !== undefined && readKey(space.tenantKey, record).state !== 'destroyed') return true;
  }
  return false;
}

function putUse(tenantKey: TenantKey, id: string, revision: number, use: MaterialUse): Put {
  const at = { tenantId: tenantKey.tenantId, kind: 'material-use', id, scope: '', revision } as const;
  return { put: sealBody(tenantKey.records, at, FORMAT, { keys: use.keys, usage: use.usage }) };
}

function readUse(tenantKey: TenantKey, record: StoredRecord): MaterialUse {
  const refused = (): Error => notAuthentic('a use of material');
  return openBody<MaterialUse>(tenantKey.records, record, { kind: 'material-use', format: FORMAT, refused });
}
