import { forgetMaterial } from '../../../pipeline/forget-material.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html */
export const deleteImportedKeyMaterial = management<'DeleteImportedKeyMaterial'>({
  action: 'kms:DeleteImportedKeyMaterial',
  notes:
    'a key that two people delete (dual authorisation) asks for the word of another person first, and one that resources are registered with keeps its material: KMSInvalidStateException',
  async run(context, { open, arn }, { KeyMaterialId }, nowMs) {
    const { value, ...done } = await forgetMaterial(context, context.principal, open, KeyMaterialId, nowMs);
    return { ...done, value: { KeyId: arn, KeyMaterialId: value.version?.materialId } };
  },
});
