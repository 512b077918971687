import { KeyError } from '../../../keys/errors.ts';
import { bringMaterial } from '../../../pipeline/bring-material.ts';
import type { ImportType } from '../model.gen.ts';
import type { Input } from '../operation.ts';
import { management } from './manage.ts';

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
    const brought = {
      token: input.ImportToken,
      encrypted: input.EncryptedKeyMaterial,
      expiresAtMs: expiryOf(input),
      kind: input.ImportType && KINDS[input.ImportType],
      materialId: input.KeyMaterialId,
      description: input.KeyMaterialDescription,
    };
    const { value, ...done } = await bringMaterial(context, context.principal, open, brought, nowMs);
    return { ...done, value: { KeyId: arn, KeyMaterialId: value.version.materialId } };
  },
});

/** In milliseconds. Material expires unless the request says otherwise. */
function expiryOf({ ExpirationModel, ValidTo, KeyId }: Input<'ImportKeyMaterial'>): number | undefined {
  const expires = ExpirationModel !== 'KEY_MATERIAL_DOES_NOT_EXPIRE';
  if (expires && ValidTo === undefined) throw new KeyError('import-expiry-missing', { keyId: KeyId });
  if (!expires && ValidTo !== undefined) throw new KeyError('import-expiry-unwanted', { keyId: KeyId });
  return ValidTo === undefined ? undefined : Math.round(ValidTo * 1000);
}
