import { deleteMaterial } from '../../../keys/import.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html */
export const deleteImportedKeyMaterial = management<'DeleteImportedKeyMaterial'>({
  action: 'kms:DeleteImportedKeyMaterial',
  run(_, { open, arn }, { KeyMaterialId }, nowMs) {
    const { value: version, writes } = deleteMaterial(open.space, open.key, KeyMaterialId, nowMs);
    return {
      value: { KeyId: arn, KeyMaterialId: version?.materialId },
      writes,
      urgent: true,
      ...(version && { keyVersion: version.id }),
    };
  },
});
