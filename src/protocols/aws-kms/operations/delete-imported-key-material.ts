import { personOf } from '../../../identity/person.ts';
import { requireSecondPerson } from '../../../keys/dual-authorization.ts';
import { unregistered } from '../../../keys/held.ts';
import { deleteMaterial, shareDeletion } from '../../../keys/delete-material.ts';
import { andThen } from '../../../records/ports.ts';
import { management } from './manage.ts';
import { replicasOf } from './relatives.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html */
export const deleteImportedKeyMaterial = management<'DeleteImportedKeyMaterial'>({
  action: 'kms:DeleteImportedKeyMaterial',
  notes:
    'a key that two people delete (dual authorisation) asks for the word of another person first, and one that resources are registered with keeps its material: KMSInvalidStateException',
  run(context, { open, arn }, { KeyMaterialId }, nowMs) {
    // What of the key cannot be used any more is as good as deleted.
    requireSecondPerson(open.key, personOf(context.principal).principalId, nowMs);
    const deletion = deleteMaterial(open.space, open.key, KeyMaterialId, nowMs);
    return andThen(replicasOf(context, open), (replicas) => {
      const { value: version, writes } = shareDeletion(deletion, replicas);
      return {
        value: { KeyId: arn, KeyMaterialId: version?.materialId },
        writes,
        rooms: writes.length > 0 ? [unregistered(open.key)] : [],
        urgent: true,
        ...(version && { keyVersion: version.id }),
      };
    });
  },
});
