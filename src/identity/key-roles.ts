/**
 * The roles of IBM Key Protect (https://cloud.ibm.com/docs/key-protect?topic=key-protect-manage-access) as actions of
 * the one evaluator. A role says what somebody may do with keys, whatever protocol is used; AWS's own administration of
 * keys, their policies and grants, is in none of them.
 */
const READER = [
  'kms:ListKeys',
  'kms:DescribeKey',
  'kms:ListKeyRotations',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:Decrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:ListKeyRings',
  'kms:ListRegistrations',
];
const READER_PLUS = [...READER, 'kms:ReadKey'];
const WRITER = [
  ...READER_PLUS,
  'kms:CreateKey',
  'kms:RotateKeyOnDemand',
  'kms:AuthorizeKeyDeletion',
  'kms:SyncKey',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:CreateKeyRing',
  'kms:CreateImportToken',
  'kms:GetImportToken',
];
const MANAGER = [
  ...WRITER,
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
  'kms:MoveKey',
  'kms:DeleteKeyRing',
  'kms:GetKeyRotationStatus',
  'kms:EnableKeyRotation',
  'kms:DisableKeyRotation',
  'kms:SetDualAuthorization',
  'kms:GetInstancePolicies',
  'kms:PutInstancePolicies',
  'kms:ManageKmip',
];

/** What each role allows. They add up; to purge is in none but its own. */
export const KEY_ROLES = {
  Reader: READER,
  ReaderPlus: READER_PLUS,
  Writer: WRITER,
  Manager: MANAGER,
  KeyPurge: ['kms:PurgeKey'],
  KmipAdapterManager: ['kms:ListKeys', 'kms:ListKeyRings', 'kms:ManageKmip'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What services alone do, whatever their role: they say what a key protects, and that they heard of its changes. */
export const SERVICE_ACTIONS = [
  'kms:ListRegistrations',
  'kms:CreateRegistration',
  'kms:UpdateRegistration',
  'kms:DeleteRegistration',
  'kms:AcknowledgeEvent',
] as const;

const VIEWER = ['keystead:WhoAmI', 'keystead:ListRegions'];
const EDITOR = [...VIEWER, 'keystead:AddRegion', 'keystead:DeleteRegion'];
const ADMINISTRATOR = [
  ...EDITOR,
  'keystead:ListPrincipals',
  'keystead:GetPrincipal',
  'keystead:ListRoles',
  'keystead:GetRole',
  'keystead:AssignPrincipalKeyRole',
  'keystead:RemovePrincipalKeyRole',
  'keystead:AssignRoleKeyRole',
  'keystead:RemoveRoleKeyRole',
  'keystead:CreateAuthorization',
  'keystead:ListAuthorizations',
  'keystead:DeleteAuthorization',
];

/** The platform roles of IBM Cloud: over instances and over access, of a whole tenant. No key is in them. */
export const PLATFORM_ROLES = {
  Viewer: VIEWER,
  Operator: VIEWER,
  Editor: EDITOR,
  Administrator: ADMINISTRATOR,
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type KeyRole = keyof typeof KEY_ROLES;
export type PlatformRole = keyof typeof PLATFORM_ROLES;

/** What a right over one key ring does not reach: the rings themselves, and the instance as a whole. */
const BEYOND_RING: ReadonlySet<string> = new Set([
  'kms:ListKeyRings',
  'kms:CreateKeyRing',
  'kms:DeleteKeyRing',
  'kms:GetInstancePolicies',
  'kms:PutInstancePolicies',
  'kms:ManageKmip',
]);
/** What a right over one key does not reach besides: to be shown in lists, to make other keys. */
const BEYOND_KEY: ReadonlySet<string> = new Set([
  ...BEYOND_RING,
  'kms:ListKeys',
  'kms:CreateKey',
  'kms:CreateImportToken',
  'kms:GetImportToken',
]);

/** How far a right reaches. */
export type Reach = 'instance' | 'ring' | 'key';

const BEYOND: Readonly<Record<Reach, ReadonlySet<string>>> = {
  instance: new Set(),
  ring: BEYOND_RING,
  key: BEYOND_KEY,
};

function isKeyRole(role: string): role is KeyRole {
  return Object.hasOwn(KEY_ROLES, role);
}

export function isPlatformRole(role: string): role is PlatformRole {
  return Object.hasOwn(PLATFORM_ROLES, role);
}

/** The actions on keys and instances that roles allow together, as far as they reach. */
export function keyActionsOf(roles: readonly string[], reach: Reach): readonly string[] {
  const actions = new Set<string>(roles.filter(isKeyRole).flatMap((role) => KEY_ROLES[role]));
  return [...actions].filter((action) => !BEYOND[reach].has(action));
}

/** The actions on a tenant's instances and access that roles allow together. */
export function platformActionsOf(roles: readonly string[]): readonly string[] {
  return [...new Set<string>(roles.filter(isPlatformRole).flatMap((role) => PLATFORM_ROLES[role]))];
}
