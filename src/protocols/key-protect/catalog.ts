/** One endpoint of the IBM Key Protect API, version 2, as its clients and its audit events name it. */
export interface Endpoint {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v2`; a part in braces stands for any one part of a path. */
  readonly path: `/${string}`;
  /** IBM's action, of IAM and of activity events. */
  readonly event: `kms.${string}`;
  /** The permissions that it asks for, in the words of the one evaluator: the first names it in entries of failures. */
  readonly actions: readonly [string, ...string[]];
  /** The header `X-Kms-Key-Ring` means nothing to it. */
  readonly ignoresKeyRing?: true;
}

/** Every endpoint. Exact parts win over parts in braces, so their order does not matter. */
export const CATALOG = {
  headKeys: { method: 'HEAD', path: '/keys', event: 'kms.secrets.head', actions: ['kms:ListKeys'] },
  createKey: { method: 'POST', path: '/keys', event: 'kms.secrets.create', actions: ['kms:CreateKey'] },
  listKeys: { method: 'GET', path: '/keys', event: 'kms.secrets.list', actions: ['kms:ListKeys'] },
  createKeyWithPolicyOverrides: {
    method: 'POST',
    path: '/keys_with_policy_overrides',
    event: 'kms.secrets-with-policy-overrides.create',
    actions: ['kms:CreateKey', 'kms:EnableKeyRotation', 'kms:DisableKeyRotation', 'kms:SetDualAuthorization'],
  },
  getKey: { method: 'GET', path: '/keys/{id}', event: 'kms.secrets.read', actions: ['kms:ReadKey'] },
  patchKey: { method: 'PATCH', path: '/keys/{id}', event: 'kms.secrets.patch', actions: ['kms:MoveKey'] },
  deleteKey: {
    method: 'DELETE',
    path: '/keys/{id}',
    event: 'kms.secrets.delete',
    actions: ['kms:ScheduleKeyDeletion'],
  },
  getKeyMetadata: {
    method: 'GET',
    path: '/keys/{id}/metadata',
    event: 'kms.secrets-metadata.read',
    actions: ['kms:DescribeKey'],
  },
  purgeKey: { method: 'DELETE', path: '/keys/{id}/purge', event: 'kms.secrets.purge', actions: ['kms:PurgeKey'] },
  restoreKey: {
    method: 'POST',
    path: '/keys/{id}/restore',
    event: 'kms.secrets.restore',
    actions: ['kms:CancelKeyDeletion', 'kms:EnableKey'],
  },
  listKeyVersions: {
    method: 'GET',
    path: '/keys/{id}/versions',
    event: 'kms.secrets-key-versions.list',
    actions: ['kms:ListKeyRotations'],
  },
  wrap: {
    method: 'POST',
    path: '/keys/{id}/actions/wrap',
    event: 'kms.secrets.wrap',
    actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
  },
  unwrap: { method: 'POST', path: '/keys/{id}/actions/unwrap', event: 'kms.secrets.unwrap', actions: ['kms:Decrypt'] },
  rewrap: {
    method: 'POST',
    path: '/keys/{id}/actions/rewrap',
    event: 'kms.secrets.rewrap',
    actions: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  },
  rotate: {
    method: 'POST',
    path: '/keys/{id}/actions/rotate',
    event: 'kms.secrets.rotate',
    actions: ['kms:RotateKeyOnDemand'],
  },
  disable: {
    method: 'POST',
    path: '/keys/{id}/actions/disable',
    event: 'kms.secrets.disable',
    actions: ['kms:DisableKey'],
  },
  enable: {
    method: 'POST',
    path: '/keys/{id}/actions/enable',
    event: 'kms.secrets.enable',
    actions: ['kms:EnableKey'],
  },
  sync: { method: 'POST', path: '/keys/{id}/actions/sync', event: 'kms.secrets.sync', actions: ['kms:SyncKey'] },
  setKeyForDeletion: {
    method: 'POST',
    path: '/keys/{id}/actions/setKeyForDeletion',
    event: 'kms.secrets.setkeyfordeletion',
    actions: ['kms:AuthorizeKeyDeletion'],
  },
  unsetKeyForDeletion: {
    method: 'POST',
    path: '/keys/{id}/actions/unsetKeyForDeletion',
    event: 'kms.secrets.unsetkeyfordeletion',
    actions: ['kms:AuthorizeKeyDeletion'],
  },
  createImportToken: {
    method: 'POST',
    path: '/import_token',
    event: 'kms.import-token.create',
    actions: ['kms:CreateImportToken'],
  },
  getImportToken: {
    method: 'GET',
    path: '/import_token',
    event: 'kms.import-token.read',
    actions: ['kms:GetImportToken'],
  },
  getKeyPolicies: {
    method: 'GET',
    path: '/keys/{id}/policies',
    event: 'kms.policies.read',
    actions: ['kms:GetKeyRotationStatus'],
  },
  putKeyPolicies: {
    method: 'PUT',
    path: '/keys/{id}/policies',
    event: 'kms.policies.write',
    actions: ['kms:EnableKeyRotation', 'kms:DisableKeyRotation', 'kms:SetDualAuthorization'],
  },
  getInstancePolicies: {
    method: 'GET',
    path: '/instance/policies',
    event: 'kms.instance-policies.read',
    actions: ['kms:GetInstancePolicies'],
    ignoresKeyRing: true,
  },
  putInstancePolicies: {
    method: 'PUT',
    path: '/instance/policies',
    event: 'kms.instance-policies.write',
    actions: ['kms:PutInstancePolicies'],
    ignoresKeyRing: true,
  },
  getAllowedIpPort: {
    method: 'GET',
    path: '/instance/allowed_ip_port',
    event: 'kms.instance-allowed-ip-port.read',
    actions: ['kms:GetInstancePolicies'],
    ignoresKeyRing: true,
  },
  createAlias: {
    method: 'POST',
    path: '/keys/{id}/aliases/{alias}',
    event: 'kms.secrets-alias.create',
    actions: ['kms:CreateAlias'],
  },
  deleteAlias: {
    method: 'DELETE',
    path: '/keys/{id}/aliases/{alias}',
    event: 'kms.secrets-alias.delete',
    actions: ['kms:DeleteAlias'],
  },
  listKeyRings: {
    method: 'GET',
    path: '/key_rings',
    event: 'kms.key-rings.list',
    actions: ['kms:ListKeyRings'],
    ignoresKeyRing: true,
  },
  createKeyRing: {
    method: 'POST',
    path: '/key_rings/{ring}',
    event: 'kms.key-rings.create',
    actions: ['kms:CreateKeyRing'],
    ignoresKeyRing: true,
  },
  deleteKeyRing: {
    method: 'DELETE',
    path: '/key_rings/{ring}',
    event: 'kms.key-rings.delete',
    actions: ['kms:DeleteKeyRing', 'kms:MoveKey'],
    ignoresKeyRing: true,
  },
  listKeyRegistrations: {
    method: 'GET',
    path: '/keys/{id}/registrations',
    event: 'kms.registrations.list',
    actions: ['kms:ListRegistrations'],
  },
  listRegistrations: {
    method: 'GET',
    path: '/keys/registrations',
    event: 'kms.registrations.list',
    actions: ['kms:ListRegistrations'],
  },
  createRegistration: {
    method: 'POST',
    path: '/keys/{id}/registrations/{crn}',
    event: 'kms.registrations.create',
    actions: ['kms:CreateRegistration'],
  },
  replaceRegistration: {
    method: 'PUT',
    path: '/keys/{id}/registrations/{crn}',
    event: 'kms.registrations.write',
    actions: ['kms:UpdateRegistration'],
  },
  updateRegistration: {
    method: 'PATCH',
    path: '/keys/{id}/registrations/{crn}',
    event: 'kms.registrations.merge',
    actions: ['kms:UpdateRegistration'],
  },
  deleteRegistration: {
    method: 'DELETE',
    path: '/keys/{id}/registrations/{crn}',
    event: 'kms.registrations.delete',
    actions: ['kms:DeleteRegistration'],
  },
  acknowledgeEvent: {
    method: 'POST',
    path: '/event_ack',
    event: 'kms.secrets-event.ack',
    actions: ['kms:AcknowledgeEvent'],
  },
  listKmipAdapters: kmip('GET', '/kmip_adapters', 'list'),
  createKmipAdapter: kmip('POST', '/kmip_adapters', 'create'),
  getKmipAdapter: kmip('GET', '/kmip_adapters/{adapter}', 'read'),
  deleteKmipAdapter: kmip('DELETE', '/kmip_adapters/{adapter}', 'delete'),
  listKmipCertificates: kmip('GET', '/kmip_adapters/{adapter}/certificates', 'list'),
  createKmipCertificate: kmip('POST', '/kmip_adapters/{adapter}/certificates', 'create'),
  getKmipCertificate: kmip('GET', '/kmip_adapters/{adapter}/certificates/{certificate}', 'read'),
  deleteKmipCertificate: kmip('DELETE', '/kmip_adapters/{adapter}/certificates/{certificate}', 'delete'),
  listKmipObjects: kmip('GET', '/kmip_adapters/{adapter}/kmip_objects', 'list'),
  getKmipObject: kmip('GET', '/kmip_adapters/{adapter}/kmip_objects/{object}', 'read'),
  deleteKmipObject: kmip('DELETE', '/kmip_adapters/{adapter}/kmip_objects/{object}', 'delete'),
} as const satisfies Readonly<Record<string, Endpoint>>;

export type OperationName = keyof typeof CATALOG;

function kmip(method: Endpoint['method'], path: Endpoint['path'], verb: string): Endpoint {
  return { method, path, event: `kms.kmip-management.${verb}`, actions: ['kms:ManageKmip'], ignoresKeyRing: true };
}
