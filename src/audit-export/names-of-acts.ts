/** What an action of ours is called by IBM's activity events. */
const IBM: Readonly<Record<string, string>> = {
  'kms:AcknowledgeEvent': 'kms.secrets-event.ack',
  'kms:CancelKeyDeletion': 'kms.secrets.restore',
  'kms:CreateAlias': 'kms.secrets-alias.create',
  'kms:CreateImportToken': 'kms.import-token.create',
  'kms:CreateKey': 'kms.secrets.create',
  'kms:CreateKeyRing': 'kms.key-rings.create',
  'kms:CreateRegistration': 'kms.registrations.create',
  'kms:Decrypt': 'kms.secrets.unwrap',
  'kms:DeactivateKey': 'kms.secrets.expire',
  'kms:DeleteAlias': 'kms.secrets-alias.delete',
  'kms:DeleteKey': 'kms.secrets.purge',
  'kms:DeleteKeyRing': 'kms.key-rings.delete',
  'kms:DeleteRegistration': 'kms.registrations.delete',
  'kms:DescribeKey': 'kms.secrets-metadata.read',
  'kms:DisableKey': 'kms.secrets.disable',
  'kms:DisableKeyRotation': 'kms.policies.write',
  'kms:EnableKey': 'kms.secrets.enable',
  'kms:EnableKeyRotation': 'kms.policies.write',
  'kms:Encrypt': 'kms.secrets.wrap',
  'kms:ExpireKey': 'kms.secrets.expire',
  'kms:GenerateDataKey': 'kms.secrets.wrap',
  'kms:GenerateDataKeyWithoutPlaintext': 'kms.secrets.wrap',
  'kms:GetImportToken': 'kms.import-token.read',
  'kms:GetInstancePolicies': 'kms.instance-policies.read',
  'kms:GetKeyRotationStatus': 'kms.policies.read',
  'kms:GetParametersForImport': 'kms.import-token.create',
  'kms:ListKeyRings': 'kms.key-rings.list',
  'kms:ListKeyRotations': 'kms.secrets-key-versions.list',
  'kms:ListKeys': 'kms.secrets.list',
  'kms:ListRegistrations': 'kms.registrations.list',
  'kms:MoveKey': 'kms.secrets.patch',
  'kms:PurgeKey': 'kms.secrets.purge',
  'kms:PutInstancePolicies': 'kms.instance-policies.write',
  'kms:ReEncryptFrom': 'kms.secrets.rewrap',
  'kms:ReEncryptTo': 'kms.secrets.rewrap',
  'kms:ReadKey': 'kms.secrets.read',
  'kms:RotateKey': 'kms.secrets.rotate',
  'kms:RotateKeyOnDemand': 'kms.secrets.rotate',
  'kms:ScheduleKeyDeletion': 'kms.secrets.delete',
  'kms:SetDualAuthorization': 'kms.policies.write',
  'kms:SyncKey': 'kms.secrets.sync',
  'kms:UpdateAlias': 'kms.secrets-alias.create',
  'kms:UpdateRegistration': 'kms.registrations.write',
};

/**
 * The name of an action in IBM's activity events: of what has none there, a name of our own, `keystead.kms.Sign`.
 *
 * @param event what IBM's own wire called it, where it came by that
 */
export function ibmActionOf(action: string, event?: unknown): string {
  if (typeof event === 'string' && /^kms\.[\w.-]{1,64}$/.test(event)) return event;
  return IBM[action] ?? `keystead.${action.replace(/^keystead:/, '').replace(':', '.')}`;
}

/** The service and the operation of AWS that an action belongs to. */
export function awsNameOf(action: string): { readonly service: string; readonly operation: string } {
  const [service = '', name = ''] = action.split(':');
  return { service, operation: name === 'ReEncryptFrom' || name === 'ReEncryptTo' ? 'ReEncrypt' : name };
}

const READS = new RegExp(
  '^(?:Get|List|Describe|Read|Who|Explain|Encrypt|Decrypt|ReEncrypt|GenerateDataKey|GenerateMac|GenerateRandom|Sign|Verify|DeriveSharedSecret|Encapsulate|Decapsulate)',
);

/** Whether an operation changes nothing that is kept: what CloudTrail calls `readOnly`. */
export function isReadOnly(operation: string): boolean {
  return READS.test(operation);
}
