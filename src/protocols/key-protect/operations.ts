import type { OperationTable } from './operation.ts';
import {
  createRegistration,
  deleteRegistration,
  replaceRegistration,
  updateRegistration,
} from './operations/change-registration.ts';
import { getAllowedIpPort, getInstancePolicies } from './operations/get-instance-policies.ts';
import { putInstancePolicies } from './operations/put-instance-policies.ts';
import { createAlias } from './operations/create-alias.ts';
import { createImportToken } from './operations/create-import-token.ts';
import { setKeyForDeletion, unsetKeyForDeletion } from './operations/authorize-deletion.ts';
import { createKeyWithPolicyOverrides } from './operations/create-key-with-policy-overrides.ts';
import { getKeyPolicies, putKeyPolicies } from './operations/key-policies.ts';
import { createKey } from './operations/create-key.ts';
import { createKeyRing } from './operations/create-key-ring.ts';
import { deleteAlias } from './operations/delete-alias.ts';
import { deleteKey } from './operations/delete-key.ts';
import { deleteKeyRing } from './operations/delete-key-ring.ts';
import { disable, enable } from './operations/disable.ts';
import { getImportToken } from './operations/get-import-token.ts';
import { getKey, getKeyMetadata } from './operations/get-key.ts';
import { listKeyRings } from './operations/list-key-rings.ts';
import { headKeys, listKeys } from './operations/list-keys.ts';
import { listKeyVersions } from './operations/list-key-versions.ts';
import { patchKey } from './operations/patch-key.ts';
import { listKeyRegistrations, listRegistrations } from './operations/registrations.ts';
import { purgeKey } from './operations/purge-key.ts';
import { restoreKey } from './operations/restore-key.ts';
import { rotate } from './operations/rotate.ts';
import { rewrap, unwrap } from './operations/unwrap.ts';
import { wrap } from './operations/wrap.ts';
import { acknowledgeEvent } from './operations/acknowledge-event.ts';
import { sync } from './operations/sync.ts';

/** Every operation of IBM Key Protect, and what carries it out. */
export const OPERATIONS: OperationTable = {
  headKeys,
  createKey,
  listKeys,
  createKeyWithPolicyOverrides,
  getKey,
  patchKey,
  deleteKey,
  getKeyMetadata,
  purgeKey,
  restoreKey,
  listKeyVersions,
  wrap,
  unwrap,
  rewrap,
  rotate,
  disable,
  enable,
  sync,
  setKeyForDeletion,
  unsetKeyForDeletion,
  createImportToken,
  getImportToken,
  getKeyPolicies,
  putKeyPolicies,
  getInstancePolicies,
  putInstancePolicies,
  getAllowedIpPort,
  createAlias,
  deleteAlias,
  listKeyRings,
  createKeyRing,
  deleteKeyRing,
  listKeyRegistrations,
  listRegistrations,
  createRegistration,
  replaceRegistration,
  updateRegistration,
  deleteRegistration,
  acknowledgeEvent,
  listKmipAdapters: 'not-implemented',
  createKmipAdapter: 'not-implemented',
  getKmipAdapter: 'not-implemented',
  deleteKmipAdapter: 'not-implemented',
  listKmipCertificates: 'not-implemented',
  createKmipCertificate: 'not-implemented',
  getKmipCertificate: 'not-implemented',
  deleteKmipCertificate: 'not-implemented',
  listKmipObjects: 'not-implemented',
  getKmipObject: 'not-implemented',
  deleteKmipObject: 'not-implemented',
};
