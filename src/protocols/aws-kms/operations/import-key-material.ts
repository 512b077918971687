import { personOf } from '../../../identity/person.ts';
import type { Principal } from '../../../identity/principal.ts';
import { requireSecondPerson } from '../../../keys/dual-authorization.ts';
import type { NeededRoom } from '../../../keys/change.ts';
import { KeyError } from '../../../keys/errors.ts';
import { unregistered } from '../../../keys/held.ts';
import type { Key } from '../../../keys/key.ts';
import { requireImported } from '../../../keys/import-token.ts';
import { endsMaterialInUse, importMaterial, shareImport } from '../../../keys/import.ts';
import { claimMaterialUse } from '../../../keys/material-use.ts';
import { policiesStand } from '../../../keys/instance-policies-record.ts';
import { requireCreatable } from '../../../keys/new-key-rules.ts';
import { requireState } from '../../../keys/state.ts';
import { andThen } from '../../../records/ports.ts';
import type { ImportType } from '../model.gen.ts';
import type { Input } from '../operation.ts';
import { decodeImportToken } from './import-token.ts';
import { management } from './manage.ts';
import { replicasOf } from './relatives.ts';

const KINDS: Record<ImportType, 'new' | 'existing'> = {
  NEW_KEY_MATERIAL: 'new',
  EXISTING_KEY_MATERIAL: 'existing',
};

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html */
export const importKeyMaterial = management<'ImportKeyMaterial'>({
  action: 'kms:ImportKeyMaterial',
  notes:
    'texts about ValidTo out of range and about wrong material are inferred; material that a key of the account has for another key usage is refused (IncorrectKeyMaterialException): AWS takes it; material in use gets no end while resources are registered with the key',
  check: (input) => void expiryOf(input),
  details: ({ ExpirationModel, ImportType, KeyMaterialDescription }) => ({
    expirationModel: ExpirationModel,
    importType: ImportType,
    keyMaterialDescription: KeyMaterialDescription,
  }),
  async run(context, { open, arn }, input, nowMs) {
    requireImported(open.key);
    requireState(open.key, 'import', nowMs);
    const policies = await context.keys.instancePolicies.find(open.space);
    // Keys wait for their material: that the policies allowed the key once does not bring the material in today.
    requireCreatable(policies, open.key);
    const rooms = roomsToEnd(open.key, expiryOf(input), context.principal, nowMs);
    const request = {
      tokenId: decodeImportToken(open, input.ImportToken),
      encrypted: input.EncryptedKeyMaterial,
      expiresAtMs: expiryOf(input),
      kind: input.ImportType && KINDS[input.ImportType],
      materialId: input.KeyMaterialId,
      description: input.KeyMaterialDescription,
    };
    const importing = importMaterial(open.space, open.key, request, nowMs, context.random);
    return andThen(importing, (imported) =>
      andThen(replicasOf(context, open), (replicas) => {
        const { value, writes } = shareImport(imported, open.key, replicas);
        return andThen(claimMaterialUse(context.records, open.space, open.key, imported.useId), (claim) => ({
          value: { KeyId: arn, KeyMaterialId: value.materialId },
          writes: [...writes, ...claim],
          preconditions: [policiesStand(open.space, policies)],
          rooms,
          keyVersion: value.id,
        }));
      }),
    );
  },
});

/** In milliseconds. Material expires unless the request says otherwise. */
function expiryOf({ ExpirationModel, ValidTo, KeyId }: Input<'ImportKeyMaterial'>): number | undefined {
  const expires = ExpirationModel !== 'KEY_MATERIAL_DOES_NOT_EXPIRE';
  if (expires && ValidTo === undefined) throw new KeyError('import-expiry-missing', { keyId: KeyId });
  if (!expires && ValidTo !== undefined) throw new KeyError('import-expiry-unwanted', { keyId: KeyId });
  return ValidTo === undefined ? undefined : Math.round(ValidTo * 1000);
}

/** An end that is set to material in use would delete what takes two people, and what others have registered. */
function roomsToEnd(key: Key, expiresAtMs: number | undefined, principal: Principal, nowMs: number): NeededRoom[] {
  if (!endsMaterialInUse(key, { expiresAtMs })) return [];
  requireSecondPerson(key, personOf(principal).principalId, nowMs);
  return [unregistered(key)];
}
