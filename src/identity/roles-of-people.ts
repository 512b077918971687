/**
 * What the roles of people allow, action by action: nobody comes into a right because an action got a like name. What
 * each route and operation asks for stands in the tables of the protocols; a test holds those against these lists.
 */

/** Whatever somebody looks after: who one is, where the tenant has keys, what the server is. */
const EVERYBODY = [
  'keystead:GetLimits',
  'keystead:GetOverview',
  'keystead:GetStatus',
  'keystead:ListRegions',
  'keystead:WatchEvents',
  'keystead:WhoAmI',
] as const;

/** Keys, without what is in them. */
const LOOK_AT_KEYS = ['kms:DescribeKey', 'kms:ListAliases', 'kms:ListKeyRings', 'kms:ListKeys'] as const;

const LOOK_INTO_KEYS = [
  ...LOOK_AT_KEYS,
  'keystead:ExplainAccess',
  'keystead:GetXksEndpoint',
  'keystead:ListXksEndpoints',
  'kms:DescribeCustomKeyStores',
  'kms:GetInstancePolicies',
  'kms:GetKeyLastUsage',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:GetPublicKey',
  'kms:ListGrants',
  'kms:ListKeyEvents',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListRegistrations',
  'kms:ListResourceTags',
  'kms:ListRetirableGrants',
] as const;

const LOOK_AT_BACKUPS = [
  'keystead:GetAgent',
  'keystead:GetEnvironment',
  'keystead:GetKeyWatch',
  'keystead:GetRetention',
  'keystead:GetRun',
  'keystead:GetSource',
  'keystead:ListAgents',
  'keystead:ListEnvironments',
  'keystead:ListHolds',
  'keystead:ListKept',
  'keystead:ListRuns',
  'keystead:ListSchedules',
  'keystead:ListSnapshots',
  'keystead:ListSources',
] as const;

const LOOK_AT_WATCH = [
  'keystead:GetAlert',
  'keystead:ListAlertChannels',
  'keystead:ListAlerts',
] as const;

/** What waits for a second person: whoever may be that one. */
const LOOK_AT_APPROVALS = ['keystead:ListApprovals'] as const;

/** Policies of keys and grants name people: whoever writes them sees the names. */
const LOOK_AT_NAMES = ['keystead:ListPrincipals', 'keystead:ListRoles'] as const;

/** Keys from their creation to their end. No use of what is in them, and no purge: that is an owner's. */
export const KEY_ADMINISTRATION: readonly string[] = [
  ...EVERYBODY,
  ...LOOK_AT_APPROVALS,
  ...LOOK_INTO_KEYS,
  ...LOOK_AT_NAMES,
  'kms:AuthorizeKeyDeletion',
  'kms:CancelKeyDeletion',
  'kms:ConnectCustomKeyStore',
  'kms:CreateAlias',
  'kms:CreateCustomKeyStore',
  'kms:CreateGrant',
  'kms:CreateImportToken',
  'kms:CreateKey',
  'kms:CreateKeyRing',
  'kms:DeleteAlias',
  'kms:DeleteCustomKeyStore',
  'kms:DeleteImportedKeyMaterial',
  'kms:DeleteKeyRing',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:DisconnectCustomKeyStore',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetImportToken',
  'kms:GetParametersForImport',
  'kms:ImportKeyMaterial',
  'kms:MoveKey',
  'kms:PutInstancePolicies',
  'kms:PutKeyPolicy',
  'kms:ReplicateKey',
  'kms:RetireGrant',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:SetDualAuthorization',
  'kms:SyncKey',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateCustomKeyStore',
  'kms:UpdateKeyDescription',
  'kms:UpdatePrimaryRegion',
];

/** The use of keys. The bits of an extractable key are not among it: IBM has a role of its own for them (ReaderPlus). */
export const KEY_USE: readonly string[] = [
  ...EVERYBODY,
  ...LOOK_AT_KEYS,
  'kms:Decapsulate',
  'kms:Decrypt',
  'kms:DeriveSharedSecret',
  'kms:Encapsulate',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyPair',
  'kms:GenerateDataKeyPairWithoutPlaintext',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:GenerateMac',
  'kms:GenerateRandom',
  'kms:GetPublicKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:Sign',
  'kms:Verify',
  'kms:VerifyMac',
];

/**
 * Backups, from their place to what is kept of them; a restore may be planned, and is somebody else's to make. Not what
 * cannot be taken back: to empty a store, to write off what was lost.
 */
export const BACKUP_ADMINISTRATION: readonly string[] = [
  ...EVERYBODY,
  ...LOOK_AT_APPROVALS,
  ...LOOK_AT_KEYS,
  ...LOOK_AT_BACKUPS,
  ...LOOK_AT_WATCH,
  'keystead:CancelRun',
  'keystead:ChangeMasterKey',
  'keystead:CheckEnvironment',
  'keystead:CheckKeys',
  'keystead:ConfirmHoldRelease',
  'keystead:CreateAlertChannel',
  'keystead:CreateBucket',
  'keystead:CreateEnvironment',
  'keystead:CreateSchedule',
  'keystead:CreateSource',
  'keystead:DeleteAlertChannel',
  'keystead:DeleteEnvironment',
  'keystead:DeleteSchedule',
  'keystead:DeleteSource',
  'keystead:ForgetSnapshots',
  'keystead:InviteAgent',
  'keystead:MoveToTrash',
  'keystead:PauseSchedule',
  'keystead:PauseSource',
  'keystead:PlaceHold',
  'keystead:PlanRestore',
  'keystead:RequestHoldRelease',
  'keystead:ResumeSchedule',
  'keystead:ResumeSource',
  'keystead:RetireDataKey',
  'keystead:RevokeAgent',
  'keystead:SetEnvironmentCredentials',
  'keystead:SetRetention',
  'keystead:StartBackup',
  'keystead:StartMaintenance',
  'keystead:StartVerification',
  'keystead:TakeBackSnapshots',
  'keystead:TestAlertChannel',
  'keystead:UpdateEnvironment',
  'keystead:UpdateSource',
  'keystead:WithdrawHoldRelease',
];

/** Finding things in backups, getting them back, proving that one could. */
export const RESTORING: readonly string[] = [
  ...EVERYBODY,
  ...LOOK_AT_BACKUPS,
  'keystead:BrowseSnapshot',
  'keystead:CancelRun',
  'keystead:CompareSnapshots',
  'keystead:GetPathHistory',
  'keystead:PlanRestore',
  'keystead:SearchSnapshot',
  'keystead:StartRestore',
  'keystead:StartVerification',
];

/** Everything that is on record, and who may what. Changes nothing, and opens nothing that a key protects. */
export const AUDITING: readonly string[] = [
  ...EVERYBODY,
  ...LOOK_AT_APPROVALS,
  ...LOOK_INTO_KEYS,
  ...LOOK_AT_BACKUPS,
  ...LOOK_AT_WATCH,
  ...LOOK_AT_NAMES,
  'keystead:GetIdentityProvider',
  'keystead:GetPolicy',
  'keystead:GetPrincipal',
  'keystead:GetRole',
  'keystead:ListAuthorizations',
  'keystead:ListCredentials',
  'keystead:ListSessions',
  'keystead:ListEnrolments',
  'keystead:GetPrincipalSignIn',
  'keystead:GetSignInSettings',
  'keystead:ListIdentityProviders',
  'keystead:ListPolicies',
  'keystead:ReadAuditLog',
];
