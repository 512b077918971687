import type { Random } from '../crypto/random.ts';
import type { Directory } from '../identity/directory.ts';
import { personOf } from '../identity/person.ts';
import type { Principal } from '../identity/principal.ts';
import type { NeededRoom } from '../keys/change.ts';
import { requireSecondPerson } from '../keys/dual-authorization.ts';
import { unregistered } from '../keys/held.ts';
import { requireImported } from '../keys/import-token.ts';
import { endsMaterialInUse, importMaterial, shareImport, type Import } from '../keys/import.ts';
import { policiesStand } from '../keys/instance-policies-record.ts';
import { isPrimary, type Key, type KeyVersion } from '../keys/key.ts';
import type { KeyCache } from '../keys/key-cache.ts';
import { claimMaterialUse } from '../keys/material-use.ts';
import { requireCreatable } from '../keys/new-key-rules.ts';
import type { OpenKey } from '../keys/open-key.ts';
import { decodeImportToken } from '../keys/sealed-import-token.ts';
import { requireState } from '../keys/state.ts';
import { andThen, type RecordReader } from '../records/ports.ts';
import type { Done } from './act.ts';
import { relatedKeys } from './related-keys.ts';

/** Material as its owner sends it, on any wire. */
export interface BroughtMaterial extends Omit<Import, 'tokenId'> {
  /** The import token as it was handed out. */
  readonly token: Buffer;
}

/** Where material is looked up and taken to. */
export interface MaterialPorts {
  readonly directory: Directory;
  readonly keys: KeyCache;
  readonly records: RecordReader;
  readonly random: Random;
}

/** The version that the material became, and the key as it is then. */
export interface TakenMaterial {
  readonly version: KeyVersion;
  readonly key: Key;
}

/**
 * Takes in material that its owner brings for a key, with all that hangs on it: what the instance lets be imported,
 * replicas that wait for the same, the one usage of a material, and who must agree to an end of what is in use.
 *
 * @throws {KeyError} `wrong-origin`, `import-*`, `creation-forbidden`, `authorization-missing`, `too-many-waiting`, and
 *   what the key's state refuses
 */
export async function bringMaterial(
  { directory, keys, records, random }: MaterialPorts,
  principal: Principal,
  open: OpenKey,
  { token, ...brought }: BroughtMaterial,
  nowMs: number,
): Promise<Done<TakenMaterial>> {
  const { space } = open;
  requireImported(open.key);
  requireState(open.key, 'import', nowMs);
  const policies = await keys.instancePolicies.find(space);
  // Keys wait for their material: that the policies allowed the key once does not bring the material in today.
  requireCreatable(policies, open.key);
  const rooms = roomsToEnd(open.key, brought, principal, nowMs);
  const request = { ...brought, tokenId: decodeImportToken(open, token) };
  const imported = await importMaterial(space, open.key, request, nowMs, random);
  const replicas = isPrimary(open.key) ? await relatedKeys(directory, keys, open.key) : [];
  const { value: version, writes } = shareImport(imported, open.key, replicas);
  return andThen(claimMaterialUse(records, space, open.key, imported.useId), (claim) => ({
    value: { version, key: imported.key },
    writes: [...writes, ...claim],
    preconditions: [policiesStand(space, policies)],
    rooms,
    keyVersion: version.id,
  }));
}

/** An end that is set to material in use would delete what takes two people, and what others have registered. */
function roomsToEnd(key: Key, expiry: Pick<Import, 'expiresAtMs'>, principal: Principal, nowMs: number): NeededRoom[] {
  if (!endsMaterialInUse(key, expiry)) return [];
  requireSecondPerson(key, personOf(principal).principalId, nowMs);
  return [unregistered(key)];
}
