// Written by tools/generate-sdk.ts from the description of the admin API. Do not edit.

import { Transport, type TransportOptions } from './transport.ts';

export interface AccessExplanation {
  readonly allowed: boolean;
  readonly reason: string;
  /** of the statement that decided */
  readonly sid?: string | undefined;
  /** of the grant that decided */
  readonly grantId?: string | undefined;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly statements: readonly (ExplainedStatement)[];
  readonly grants: readonly (ExplainedGrant)[];
  /** where it is refused: acts on the key that the principal may do, and by which it could let itself do this. The log would show it */
  readonly ownWays: readonly ('kms:PutKeyPolicy' | 'kms:CreateGrant')[];
}

export interface AccessQuestion {
  /** an action such as kms:Decrypt */
  readonly action: string;
  /** a region such as us-east-1 */
  readonly region?: string | undefined;
  /** the id of a key, or alias/NAME; with its region */
  readonly key?: string | undefined;
  /** the id of an environment; * for one that is to be made, or for their list */
  readonly environment?: string | undefined;
}

export interface Agent {
  /** a UUID in lower case */
  readonly agentId: string;
  /** a UUID in lower case */
  readonly environmentId: string;
  readonly name: string;
  /** the user of the tenant as whom it asks */
  readonly principalId: string;
  readonly state: 'invited' | 'enrolled' | 'revoked';
  /** UTC, RFC 3339 */
  readonly invitedUntil: string;
  /** the fingerprint of its signing key: compare it on the host's side */
  readonly writerId?: string | undefined;
  /** UTC, RFC 3339 */
  readonly enrolledAt?: string | undefined;
  readonly lastRun?: AgentLastRun | undefined;
  readonly newestSnapshot?: string | undefined;
  /** UTC, RFC 3339 */
  readonly revokedAt?: string | undefined;
  /** of a revoked one, the last of its snapshots that counts */
  readonly through?: number | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface AgentEnrolment {
  readonly agent: Agent;
  readonly vaultId: string;
  /** the writer id of the vault's creator */
  readonly creator: string;
  /** the bytes of vault.json */
  readonly descriptor: string;
  readonly pairId: string;
  /** the bytes of the public key that it encrypts to */
  readonly pair: string;
  readonly storage: AgentStorage;
  /** shown in this answer and never again */
  readonly apiKey: string;
}

export interface AgentHead {
  readonly sequence: number;
  readonly digest: string;
}

export interface AgentInvitation {
  readonly agent: Agent;
  /** environment, agent and an API key, with dots between; shown in this answer and never again, it ends when it is used */
  readonly token: string;
  /** UTC, RFC 3339 */
  readonly expiresAt: string;
}

export interface AgentLastRun {
  /** a UUID in lower case */
  readonly runId: string;
  readonly state: string;
  /** UTC, RFC 3339 */
  readonly endedAt: string;
}

export interface AgentStorage {
  readonly type: 'folder' | 'aws-s3' | 'ibm-cos' | 's3-compatible';
  /** a region such as us-east-1 */
  readonly region: string;
  readonly path?: string | undefined;
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly lock?: AgentStorageLock | undefined;
  readonly serverSideKey?: string | undefined;
}

export interface AgentStorageLock {
  readonly mode: string;
  readonly days: number;
}

export interface AgentWord {
  /** UTC, RFC 3339 */
  readonly now: string;
  readonly snapshots?: readonly (string)[] | undefined;
  /** objects that are about to be deleted */
  readonly marked?: readonly (string)[] | undefined;
  readonly head?: AgentHead | undefined;
}

export interface Alert {
  /** a UUID in lower case */
  readonly alertId: string;
  /** a UUID in lower case */
  readonly channelId: string;
  readonly kind: string;
  /** a UUID in lower case */
  readonly environmentId?: string | undefined;
  /** a UUID in lower case */
  readonly runId?: string | undefined;
  /** UTC, RFC 3339 */
  readonly at: string;
  readonly state: 'waiting' | 'delivered' | 'abandoned';
  readonly attempts: number;
  /** why the last attempt came to nothing */
  readonly failure?: string | undefined;
  /** UTC, RFC 3339 */
  readonly nextAttemptAt?: string | undefined;
}

export interface AlertChannel {
  /** a UUID in lower case */
  readonly channelId: string;
  readonly label: string;
  readonly webhookUrl?: string | undefined;
  readonly emailRecipients?: readonly (string)[] | undefined;
  /** what it is told of */
  readonly kinds: readonly (string)[];
  /** absent: all environments of the tenant */
  readonly environmentIds?: readonly (string)[] | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface AnswerAbout {
  readonly snapshotId: string;
  /** UTC, RFC 3339 */
  readonly takenAt: string;
  readonly source: string;
  /** what is not as it was left: a newer snapshot may have been taken away */
  readonly findings: readonly ({
    readonly code: string;
    readonly subject: string;
    readonly text: string;
  })[];
}

export interface Approval {
  readonly kind: 'key-deletion' | 'hold-release';
  /** of the key */
  readonly region?: string | undefined;
  readonly keyId?: string | undefined;
  readonly aliases?: readonly (string)[] | undefined;
  readonly environmentId?: string | undefined;
  /** the label of the environment */
  readonly environment?: string | undefined;
  readonly holdId?: string | undefined;
  /** what the second person names to confirm it */
  readonly releaseId?: string | undefined;
  /** why the hold was placed */
  readonly reason?: string | undefined;
  /** the name of the user, or how the request named who asked */
  readonly requestedBy: string;
  readonly requestedById: string;
  /** UTC, RFC 3339 */
  readonly requestedAt?: string | undefined;
  /** from then on it takes another first word */
  readonly expiresAt: string;
  /** whether who asks for this list may be the second person */
  readonly mayApprove: boolean;
  /** why not: who asked cannot confirm; no permission */
  readonly because?: 'same-person' | 'not-permitted' | undefined;
}

export interface AuditCheckpoint {
  readonly log: string;
  /** entries up to this checkpoint */
  readonly size: number;
  /** UTC, RFC 3339 */
  readonly signedAt: string;
  /** the signed note: keep it, to prove later that nothing was changed */
  readonly checkpoint: string;
  /** the public key, as tools for C2SP signed notes take it */
  readonly verifierKey: string;
}

export interface AuditEntry {
  /** its place in the log, from 0 on */
  readonly index: number;
  /** made of what the entry says: docs/spec/audit-log.md */
  readonly id: string;
  /** UTC, RFC 3339 */
  readonly time: string;
  /** who: an ARN */
  readonly principal: string;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  /** the code of a refusal or a failure */
  readonly reason?: string | undefined;
  /** the id of a key; that of a multi-Region key with @ and its region */
  readonly key?: string | undefined;
  readonly keyVersion?: string | undefined;
  readonly requestId: string;
  /** whether it is the account of a change of records */
  readonly isChange: boolean;
  /** whether its details were erased; what the leaf says stays */
  readonly isErased: boolean;
  readonly address?: string | undefined;
  /** the id of the credential that proved the principal */
  readonly credential?: string | undefined;
  readonly protocol?: string | undefined;
  readonly region?: string | undefined;
  /** absent for a key of the own account: region and key say it */
  readonly resource?: string | undefined;
  /** why it was refused, where the reason has more to say */
  readonly refusal?: string | undefined;
  readonly userAgent?: string | undefined;
}

export interface AuditEntryProof {
  readonly log: string;
  readonly index: number;
  /** the entries of the tree that the proof is about */
  readonly size: number;
  /** base64 of the bytes that are hashed into the tree */
  readonly leaf: string;
  /** RFC 9162 section 2.1.3, from the leaf upwards */
  readonly hashes: readonly (string)[];
  /** the signed head that the proof leads to: C2SP tlog-checkpoint */
  readonly checkpoint: string;
  /** the public key, as tools for C2SP signed notes take it: compare it with the one that you keep */
  readonly verifierKey: string;
}

export interface AuditEntryWhole {
  /** the tenant's id, or installation */
  readonly log: string;
  readonly entry: AuditEntry;
  /** the text that is hashed into the tree, to the letter */
  readonly leaf: string;
  /** canonical JSON; absent where they were erased */
  readonly details?: string | undefined;
  /** base64; with it the leaf commits to the details: docs/spec/audit-log.md */
  readonly detailsSalt?: string | undefined;
  readonly sameRequest: readonly (AuditEntry)[];
  /** what the key is called now, where the caller may look at it: an alias or its name */
  readonly keyName?: string | undefined;
}

export interface AuditGrowthProof {
  readonly log: string;
  /** the older size */
  readonly from: number;
  /** the size of the checkpoint */
  readonly to: number;
  /** RFC 9162 section 2.1.4 */
  readonly hashes: readonly (string)[];
  /** the signed head that the proof leads to: C2SP tlog-checkpoint */
  readonly checkpoint: string;
  /** the public key, as tools for C2SP signed notes take it: compare it with the one that you keep */
  readonly verifierKey: string;
}

export interface AuditSearchedTo {
  readonly index: number;
  /** UTC, RFC 3339 */
  readonly time: string;
}

export interface AuthenticatorSetup {
  /** to be sent back with the first code */
  readonly setup: string;
  /** base32, to type into an authenticator app; shown once */
  readonly secret: string;
  /** otpauth://, to show as a QR code */
  readonly uri: string;
}

export interface Authorization {
  /** a UUID in lower case */
  readonly authorizationId: string;
  /** the name of a service: in lower case with a dot, such as backup.example.com */
  readonly service: string;
  readonly roles: readonly ('Reader' | 'ReaderPlus' | 'Writer' | 'Manager' | 'KeyPurge' | 'KmipAdapterManager')[];
  /** a region such as us-east-1 */
  readonly region?: string | undefined;
  /** the id of a key ring */
  readonly keyRing?: string | undefined;
  /** the id of a key */
  readonly keyId?: string | undefined;
  /** which instance of the region it is; once that is deleted they reach nothing */
  readonly instanceId?: string | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface AwsCredentialsInput {
  /** role: the access key, or the server itself, assumes it with the external id that is shown; environment: as whom the server itself is, where its operator allows that */
  readonly kind: 'access-key' | 'role' | 'environment';
  readonly accessKeyId?: string | undefined;
  /** kept wrapped, never shown again */
  readonly secretAccessKey?: string | undefined;
  readonly roleArn?: string | undefined;
}

export interface CheckedAccess {
  /** one for each question, in its place */
  readonly allowed: readonly (boolean)[];
}

export interface ComparisonTotals {
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  readonly addedBytes: number;
  readonly deletedBytes: number;
  readonly sharedPages: number;
}

export interface ConsoleSession {
  /** a UUID in lower case */
  readonly sessionId: string;
  /** a UUID in lower case */
  readonly principalId: string;
  /** 1 to 64 of letters, digits and + = , . @ _ - */
  readonly name: string;
  readonly method: 'passkey' | 'password' | 'oidc' | 'enrolment';
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** when its user last proved who it is; absent where an identity provider did not say when */
  readonly authenticatedAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly renewedAt: string;
  /** when it ends unless it is renewed */
  readonly idleEndsAt: string;
  /** when it ends in any case */
  readonly endsAt: string;
  readonly address: string;
  /** what the browser called itself */
  readonly userAgent?: string | undefined;
  /** of the newest request that it proved; lists have it */
  readonly lastUsedAt?: string | undefined;
  /** the address from which that came */
  readonly lastUsedFrom?: string | undefined;
  /** whether it is the session of this request */
  readonly isCurrent: boolean;
}

export interface ContextPair {
  readonly name: string;
  readonly value: string;
}

export interface CreatedAlertChannel {
  readonly channel: AlertChannel;
  /** verifies what is sent (Standard Webhooks); shown this once */
  readonly webhookSecret?: string | undefined;
}

export interface CreatedBucket {
  readonly bucketName: string;
  readonly region: string;
}

export interface CreatedEnvironment {
  readonly environment: Environment;
  readonly checks: readonly (EnvironmentCheck)[];
}

export interface CreatedTenant {
  readonly tenant: Tenant;
  readonly region: Region;
  readonly administrator: Principal;
  readonly accessKeyId: string;
  /** shown in this answer and never again */
  readonly secretAccessKey: string;
  /** shown in this answer and never again */
  readonly apiKey: string;
}

export interface Credential {
  /** an access key id, or the id of an API key */
  readonly credentialId: string;
  /** whom it proves: for a role, a session of it */
  readonly holder: 'user' | 'role' | 'root' | 'service';
  /** the id of the user or role; the tenant's for its root */
  readonly principalId: string;
  /** the name of a session of a role */
  readonly sessionName?: string | undefined;
  readonly type: 'access-key' | 'session' | 'api-key';
  /** inactive: nobody suspended it, but its time is over, or its user, its role, a scope or what opened it was taken back */
  readonly state: 'active' | 'suspended' | 'inactive';
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly expiresAt?: string | undefined;
  /** what it is for */
  readonly description?: string | undefined;
  /** policies that bound it, and whatever is opened by it */
  readonly scopes?: readonly (string)[] | undefined;
  /** of the newest request that it proved; lists have it */
  readonly lastUsedAt?: string | undefined;
  /** the address from which that came */
  readonly lastUsedFrom?: string | undefined;
  /** the protocol by which that came: admin, aws-kms, sts, ... */
  readonly lastUsedBy?: string | undefined;
  /** policies of its user that do not count for it: it was issued before its user came to command; lists have it */
  readonly withheld?: readonly ('owner' | 'administrator' | 'operator')[] | undefined;
}

export interface DeletedEnvironment {
  /** a UUID in lower case */
  readonly environmentId: string;
  readonly label: string;
  /** places where backups still lie: nothing in them was touched */
  readonly left: readonly (Storage)[];
  /** keys in IBM Key Protect that it is still registered with: their owner takes that away */
  readonly stillRegistered?: readonly (string)[] | undefined;
  /** what stopped, what cannot be done any more, and what still can */
  readonly meaning: string;
}

export interface DrillReport {
  readonly keys: number;
  readonly asked: number;
  readonly opened: number;
  readonly unasked: readonly (string)[];
  readonly files: number;
  readonly bytes: number;
}

export interface Enrolment {
  /** a UUID in lower case */
  readonly principalId: string;
  /** 1 to 64 of letters, digits and + = , . @ _ - */
  readonly name: string;
  readonly kind: 'first' | 'invitation' | 'reset';
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** the ARN of who made the link */
  readonly createdBy: string;
  /** UTC, RFC 3339 */
  readonly expiresAt: string;
}

export interface EnrolmentView {
  /** 1 to 64 of letters, digits and + = , . @ _ - */
  readonly name: string;
  readonly accountId: string;
  readonly tenantName: string;
  readonly kind: 'first' | 'invitation' | 'reset';
  /** UTC, RFC 3339 */
  readonly expiresAt: string;
  /** who made the link, as people call them; absent where it was made with the seal */
  readonly invitedBy?: string | undefined;
  readonly policies: readonly (string)[];
  /** whether the tenant lets people sign in by passwords */
  readonly passwordSignIn: boolean;
  readonly passkeys: PasskeySite;
  readonly has: {
    readonly passkeys: number;
    readonly password: boolean;
  };
}

export interface Environment {
  /** a UUID in lower case */
  readonly environmentId: string;
  readonly label: string;
  readonly storage: Storage;
  /** always true: there is no unencrypted format */
  readonly encryptAutomatically: boolean;
  /** AES-256, AWS-KMS, IBM Key Protect or Keystead */
  readonly encryption: string;
  /** whose word opens the backups, in a sentence */
  readonly whoCanRead: string;
  readonly masterKey: MasterKey;
  /** further master keys that open the same backups */
  readonly recipients: readonly (MasterKey)[];
  /** what a re-wrapping is on its way to */
  readonly nextMasterKeys?: readonly (MasterKey)[] | undefined;
  /** where backups went before: still listed and restored from there */
  readonly formerStorages: readonly (FormerStorage)[];
  /** there from the first backup on */
  readonly vaultId?: string | undefined;
  readonly writerId: string;
  /** of each source the newest snapshot that a verification of the level data or drill saw to be restorable */
  readonly lastProvenRestorable: readonly (ProvenRestorable)[];
  readonly newestSnapshots: readonly (string)[];
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly updatedAt: string;
}

export interface EnvironmentCheck {
  readonly check: string;
  /** the master key that was looked at */
  readonly of?: string | undefined;
  readonly outcome: 'passed' | 'warned' | 'failed' | 'skipped';
  readonly what: string;
  /** what to do */
  readonly next?: string | undefined;
}

export interface EnvironmentWithChecks {
  readonly environment: Environment;
  readonly checks: readonly (EnvironmentCheck)[];
}

export interface ExplainedGrant {
  readonly grantId: string;
  readonly matched: boolean;
  /** why not: action, encryption-context, source-arn */
  readonly because?: string | undefined;
}

export interface ExplainedStatement {
  readonly source: 'key-policy' | 'identity-policy' | 'session-policy' | 'scope';
  /** which policy of that source */
  readonly policy: number;
  /** which statement of the policy */
  readonly statement: number;
  readonly sid?: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly matched: boolean;
  /** why not: principal, action, resource, variable, condition, too-costly */
  readonly because?: string | undefined;
  readonly detail?: string | undefined;
}

export interface ExposedKey {
  readonly xksKeyId: string;
  /** the id of a key */
  readonly keyId: string;
  readonly operations?: readonly ('ENCRYPT' | 'DECRYPT')[] | undefined;
  /** most requests for this key in a second */
  readonly perSecond?: number | undefined;
  /** who may be behind a request at AWS: ARNs or service names, * and ? stand for any characters */
  readonly awsPrincipals?: readonly (string)[] | undefined;
  /** Regions of AWS that requests may come from */
  readonly awsRegions?: readonly (string)[] | undefined;
  /** the KMS keys at AWS that it may be used for: ARNs, * and ? stand for any */
  readonly kmsKeyArns?: readonly (string)[] | undefined;
}

export interface Finding {
  readonly code: string;
  /** a snapshot, or an object of the store */
  readonly subject: string;
  /** what it is, what it means, and which snapshots it hits */
  readonly text: string;
  readonly snapshots?: readonly (string)[] | undefined;
}

export interface FormerStorage {
  readonly storage: Storage;
  readonly vaultId: string;
  readonly writerId: string;
  readonly newestSnapshots: readonly (string)[];
  readonly masterKeys: readonly (string)[];
  /** what a re-wrapping there is on its way to */
  readonly nextMasterKeys?: readonly (string)[] | undefined;
  /** there where other master keys open it than those of the environment: what to do */
  readonly advice?: string | undefined;
  /** UTC, RFC 3339 */
  readonly leftAt: string;
  /** since when nothing is left there to be looked after */
  readonly emptiedAt?: string | undefined;
  /** it was imported: its signing key is not here */
  readonly readOnly: boolean;
}

export interface Grant {
  /** the id of a grant */
  readonly grantId: string;
  readonly keyArn: string;
  readonly name?: string | undefined;
  /** the ARN of a principal, or the name of a service */
  readonly grantee: string;
  /** who may take it away besides: an ARN, or the name of a service */
  readonly retiring?: string | undefined;
  /** the account in which it was made */
  readonly issuedBy: string;
  readonly operations: readonly ('Decrypt' | 'Encrypt' | 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext' | 'ReEncryptFrom' | 'ReEncryptTo' | 'Sign' | 'Verify' | 'GetPublicKey' | 'CreateGrant' | 'RetireGrant' | 'DescribeKey' | 'GenerateDataKeyPair' | 'GenerateDataKeyPairWithoutPlaintext' | 'GenerateMac' | 'VerifyMac' | 'DeriveSharedSecret' | 'Decapsulate' | 'Encapsulate')[];
  readonly constraints: GrantConstraints;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface GrantConstraints {
  readonly encryptionContextEquals?: readonly (ContextPair)[] | undefined;
  readonly encryptionContextSubset?: readonly (ContextPair)[] | undefined;
  readonly sourceArn?: string | undefined;
}

export interface IdentityProvider {
  /** a UUID in lower case */
  readonly providerId: string;
  /** what the button says */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly hasClientSecret: boolean;
  readonly scopes: readonly (string)[];
  readonly userClaim: 'email' | 'preferred_username' | 'sub';
  readonly emailDomains: readonly (string)[];
  readonly allowNewcomers: boolean;
  readonly newcomerPolicies: readonly (string)[];
  readonly requireMultiFactor: boolean;
  readonly forOperators: boolean;
  readonly state: 'active' | 'suspended';
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** what must be registered at the provider as the redirect URI */
  readonly callbackUrl: string;
  /** whether that address is of this issuer alone, as it is of every provider that is made now; older ones share one */
  readonly ownCallback: boolean;
}

export interface IdentityProviderTest {
  readonly works: boolean;
  /** for programs: what is wrong */
  readonly failure?: string | undefined;
  /** what is wrong */
  readonly message?: string | undefined;
  /** what to do */
  readonly action?: string | undefined;
  /** where browsers are sent */
  readonly authorizationEndpoint?: string | undefined;
  /** by which it signs ID tokens, as far as they count */
  readonly algorithms?: readonly (string)[] | undefined;
  /** how many keys it publishes that could verify an ID token */
  readonly keys?: number | undefined;
  /** what must be registered at the provider */
  readonly callbackUrl: string;
}

export interface ImportParameters {
  readonly keyId: string;
  /** as the AWS KMS API names it */
  readonly wrappingAlgorithm: 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256' | 'RSA_AES_KEY_WRAP_SHA_1' | 'RSA_AES_KEY_WRAP_SHA_256' | 'SM2PKE';
  readonly wrappingKeySpec: 'RSA_2048' | 'RSA_3072' | 'RSA_4096' | 'SM2';
  /** of the wrapping key: SubjectPublicKeyInfo, DER, in base64 */
  readonly publicKey: string;
  /** goes back with the material; base64 */
  readonly importToken: string;
  /** UTC, RFC 3339 */
  readonly expiresAt: string;
}

export interface ImportWrapping {
  /** as the AWS KMS API names it */
  readonly wrappingAlgorithm: 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256' | 'RSA_AES_KEY_WRAP_SHA_1' | 'RSA_AES_KEY_WRAP_SHA_256' | 'SM2PKE';
  readonly wrappingKeySpec: 'RSA_2048' | 'RSA_3072' | 'RSA_4096' | 'SM2';
  /** by an AES key that goes along (AES-KWP), which RSA keys need and browsers cannot make */
  readonly takesAnyLength: boolean;
}

export interface ImportedEnvironment {
  readonly environment: Environment;
  readonly checks: readonly (EnvironmentCheck)[];
  readonly vault: VaultFacts;
  readonly findings: readonly (Finding)[];
}

export interface InlinePolicy {
  readonly name: string;
  /** the JSON text of the policy, to the letter */
  readonly document: string;
  /** actions of it that no request here asks for, mistyped maybe: nothing follows from them */
  readonly unknownActions?: readonly (string)[] | undefined;
}

export interface InstanceCreationRights {
  readonly createWrapping: boolean;
  readonly createSecret: boolean;
  readonly importWrapping: boolean;
  readonly importSecret: boolean;
  readonly enforceToken: boolean;
}

export interface InstanceGauge {
  /** what was asked for, as activity events of IBM name it: kms.secrets.wrap */
  readonly api: string;
  readonly responseCode: number;
  readonly requests: number;
  /** on average */
  readonly latencyMs: number;
}

export interface InstanceImportToken {
  /** a region such as us-east-1 */
  readonly region: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly expiresAt: string;
  readonly maxRetrievals: number;
  /** how often it may still be read */
  readonly remainingRetrievals: number;
}

export interface InstanceMetrics {
  /** a region such as us-east-1 */
  readonly region: string;
  readonly instanceId: string;
  /** whether the policy `metrics` has requests counted */
  readonly enabled: boolean;
  /** UTC, RFC 3339 */
  readonly since: string;
  /** of the minute that began then, as this server saw it */
  readonly gauges: readonly (InstanceGauge)[];
}

export interface InstancePolicies {
  /** a region such as us-east-1 */
  readonly region: string;
  readonly network: 'public-and-private' | 'private-only';
  /** from these alone the instance is reached; none: from all */
  readonly addresses: readonly (string)[];
  /** new keys are deleted by two people */
  readonly dualAuthorization: boolean;
  readonly creation: InstanceCreationRights;
  /** in months of 30 days */
  readonly rotationMonths?: number | undefined;
  readonly metrics: boolean;
}

export interface IssuedCredential {
  readonly credential: Credential;
  readonly accessKeyId?: string | undefined;
  /** shown in this answer and never again */
  readonly secretAccessKey?: string | undefined;
  /** shown in this answer and never again */
  readonly sessionToken?: string | undefined;
  /** shown in this answer and never again */
  readonly apiKey?: string | undefined;
}

export interface IssuedEnrolment {
  /** a UUID in lower case */
  readonly principalId: string;
  readonly kind: 'first' | 'invitation' | 'reset';
  /** by which its user sets up how it signs in; shown in this answer and never again */
  readonly link: string;
  /** the part of the link behind the #; shown in this answer and never again */
  readonly token: string;
  /** UTC, RFC 3339 */
  readonly expiresAt: string;
}

export interface Key {
  /** the id of a key */
  readonly keyId: string;
  readonly arn: string;
  /** a region such as us-east-1 */
  readonly region: string;
  readonly state: 'enabled' | 'disabled' | 'deactivated' | 'pending-import' | 'unavailable' | 'pending-deletion' | 'pending-replica-deletion' | 'deleted' | 'gone';
  readonly spec: string;
  readonly usage: string;
  readonly origin: 'generated' | 'imported' | 'remote' | 'hsm';
  readonly description: string;
  readonly aliases: readonly (string)[];
  /** what people call it; need not be unique */
  readonly name?: string | undefined;
  /** the group of keys that it is in */
  readonly keyRing: string;
  /** when its time to protect data is over */
  readonly expiresAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  readonly keyStore?: KeyStorePlace | undefined;
  readonly tags: readonly (KeyTag)[];
  readonly createdBy?: string | undefined;
  /** whether its material leaves again: of stored secrets alone */
  readonly extractable: boolean;
  readonly dualAuthorization?: KeyDualAuthorization | undefined;
  /** UTC, RFC 3339 */
  readonly deletionDueAt?: string | undefined;
  readonly removal?: KeyRemoval | undefined;
  readonly lastUse?: KeyLastUse | undefined;
  readonly rotation?: KeyRotation | undefined;
  readonly multiRegion?: KeyMultiRegion | undefined;
  readonly versions: readonly (KeyVersion)[];
}

export interface KeyAccess {
  /** one for each principal, in its place */
  readonly rows: readonly ({
    /** as it was asked about */
    readonly principal: string;
    /** whether there is such a principal, switched on: nobody else may anything */
    readonly isActive: boolean;
    /** one for each action, in its place */
    readonly allowed: readonly (boolean)[];
  })[];
}

export interface KeyCalls {
  readonly generate: number;
  readonly wrap: number;
  readonly unwrap: number;
  readonly rewrap: number;
  readonly probe: number;
  readonly inspect: number;
}

export interface KeyDualAuthorization {
  /** who gave the word that counts; another one deletes */
  readonly authorizedBy?: string | undefined;
  /** UTC, RFC 3339 */
  readonly authorizedUntil?: string | undefined;
}

export interface KeyLastUse {
  readonly action: string;
  /** UTC, RFC 3339 */
  readonly at: string;
  readonly requestId: string;
  /** a UUID in lower case */
  readonly entryId: string;
}

export interface KeyMultiRegion {
  /** a region such as us-east-1 */
  readonly primaryRegion: string;
  readonly regions: readonly (string)[];
}

export interface KeyNextEvent {
  /** what happens to it by itself, the first of it */
  readonly kind: 'deletion' | 'material-expiry' | 'expiry' | 'rotation';
  /** UTC, RFC 3339 */
  readonly at: string;
}

export interface KeyOutlook {
  readonly keyId: string;
  readonly snapshotCount: number;
  readonly unreadableCount: number;
  /** the newest thousand of those that nobody could open any more */
  readonly unreadable: readonly ({
    readonly snapshotId: string;
    /** UTC, RFC 3339 */
    readonly takenAt: string;
  })[];
  readonly oldestUnreadable?: {
    readonly snapshotId: string;
    /** UTC, RFC 3339 */
    readonly takenAt: string;
  } | undefined;
  /** the master keys that open all the rest */
  readonly others: readonly (string)[];
}

export interface KeyPolicy {
  readonly keyId: string;
  /** a region such as us-east-1 */
  readonly region: string;
  /** the text as it was given, to the letter */
  readonly policy: string;
  /** actions of it that no request here asks for, mistyped maybe: nothing follows from them */
  readonly unknownActions?: readonly (string)[] | undefined;
}

export interface KeyPolicyProblem {
  readonly code: string;
  readonly message: string;
}

export interface KeyRemoval {
  /** UTC, RFC 3339 */
  readonly at: string;
  readonly by: string;
  /** UTC, RFC 3339 */
  readonly restorableUntil: string;
  /** UTC, RFC 3339 */
  readonly purgeableFrom: string;
  /** when it is purged by itself */
  readonly purgedAt: string;
}

export interface KeyRing {
  readonly keyRing: string;
  /** a region such as us-east-1 */
  readonly region: string;
  /** absent: the default ring, which is always there */
  readonly createdAt?: string | undefined;
  readonly createdBy?: string | undefined;
}

export interface KeyRoleAssignment {
  /** a UUID in lower case */
  readonly assignmentId: string;
  readonly roles: readonly ('Reader' | 'ReaderPlus' | 'Writer' | 'Manager' | 'KeyPurge' | 'KmipAdapterManager' | 'Viewer' | 'Operator' | 'Editor' | 'Administrator')[];
  /** a region such as us-east-1 */
  readonly region?: string | undefined;
  /** the id of a key ring */
  readonly keyRing?: string | undefined;
  /** the id of a key */
  readonly keyId?: string | undefined;
  /** which instance of the region it is; once that is deleted they reach nothing */
  readonly instanceId?: string | undefined;
}

export interface KeyRotation {
  readonly periodDays: number;
  /** UTC, RFC 3339 */
  readonly nextAt: string;
}

export interface KeyStorePlace {
  readonly keyStoreId: string;
  /** its name in an external key store */
  readonly externalKeyId?: string | undefined;
}

export interface KeySummary {
  /** the id of a key */
  readonly keyId: string;
  readonly arn: string;
  /** a region such as us-east-1 */
  readonly region: string;
  readonly state: 'enabled' | 'disabled' | 'deactivated' | 'pending-import' | 'unavailable' | 'pending-deletion' | 'pending-replica-deletion' | 'deleted' | 'gone';
  readonly spec: string;
  readonly usage: string;
  readonly origin: 'generated' | 'imported' | 'remote' | 'hsm';
  readonly description: string;
  readonly aliases: readonly (string)[];
  /** what people call it; need not be unique */
  readonly name?: string | undefined;
  /** the group of keys that it is in */
  readonly keyRing: string;
  /** when its time to protect data is over */
  readonly expiresAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  readonly keyStore?: KeyStorePlace | undefined;
  /** how many resources of services it protects */
  readonly registrations: number;
  readonly nextEvent?: KeyNextEvent | undefined;
  /** UTC, RFC 3339 */
  readonly lastUsedAt?: string | undefined;
}

export interface KeyTag {
  readonly key: string;
  readonly value: string;
}

export interface KeyVersion {
  /** a UUID in lower case */
  readonly versionId: string;
  readonly materialId: string;
  readonly stage: 'current' | 'previous' | 'pending';
  readonly hasMaterial: boolean;
  /** only for imported material that is there: compare it with your own. Secret keys: docs/spec/key-hierarchy.md; pairs: SHA-256 of the public key (SubjectPublicKeyInfo, DER) */
  readonly checkValue?: string | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly rotatedAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly materialExpiresAt?: string | undefined;
}

export interface KeyWatch {
  readonly keys: readonly (WatchedKey)[];
  readonly held?: {
    /** UTC, RFC 3339 */
    readonly since: string;
    readonly code: string;
    readonly keyId: string;
  } | undefined;
  /** UTC, RFC 3339 */
  readonly checkedAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly nextCheckAt?: string | undefined;
}

export interface LegalHold {
  readonly holdId: string;
  /** none: everything, also what is yet to come */
  readonly snapshots: readonly (string)[];
  readonly reason: string;
  readonly state: 'held' | 'released';
  readonly placedBy: string;
  /** UTC, RFC 3339 */
  readonly placedAt: string;
  readonly release?: {
    readonly releaseId: string;
    readonly requestedBy: string;
    /** UTC, RFC 3339 */
    readonly expiresAt: string;
  } | undefined;
  readonly released?: {
    readonly requestedBy: string;
    readonly confirmedBy: string;
    /** UTC, RFC 3339 */
    readonly releasedAt: string;
  } | undefined;
}

export interface LifecycleEvent {
  /** a UUID in lower case */
  readonly eventId: string;
  readonly service: string;
  readonly kind: 'rotate' | 'disable' | 'enable' | 'delete' | 'restore' | 'sync';
  /** UTC, RFC 3339 */
  readonly at: string;
  readonly delivery: 'waiting' | 'delivered' | 'abandoned';
  readonly attempts: number;
  /** why the last attempt was not taken */
  readonly failure?: string | undefined;
  /** UTC, RFC 3339 */
  readonly nextAttemptAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly deliveredAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly acknowledgedAt?: string | undefined;
  /** how the key stands with the service, in its words */
  readonly acknowledgedState?: string | undefined;
  /** the service did not acknowledge within four hours */
  readonly isLate: boolean;
  /** how many resources of the service the key protected */
  readonly resources: number;
}

export interface Limits {
  readonly quotas: readonly (QuotaInUse)[];
  /** how often the tenant may ask; classes that are absent are not bounded */
  readonly rates: readonly (RateInForce)[];
}

export interface MasterKey {
  readonly provider: string;
  /** the ARN or CRN, never an alias */
  readonly keyId: string;
  /** empty for a recovery key, which is nowhere online */
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly iamEndpoint?: string | undefined;
  readonly credentials?: {
    readonly kind: string;
    readonly accessKeyId?: string | undefined;
    readonly roleArn?: string | undefined;
    /** what the role's trust policy must demand */
    readonly externalId?: string | undefined;
  } | undefined;
  /** of its credentials */
  readonly accessKeyId?: string | undefined;
  readonly publicKey?: string | undefined;
  /** why it may be in another region than the data */
  readonly regionException?: string | undefined;
}

export interface MasterKeyInput {
  readonly provider: 'aws-kms' | 'key-protect' | 'keystead' | 'recovery';
  /** id, ARN, alias or CRN; kept as what it means now */
  readonly keyId?: string | undefined;
  /** scheme, host and port */
  readonly endpoint?: string | undefined;
  /** scheme, host and port */
  readonly iamEndpoint?: string | undefined;
  readonly credentials?: AwsCredentialsInput | undefined;
  /** with secretAccessKey: short for credentials of the kind access-key */
  readonly accessKeyId?: string | undefined;
  /** kept wrapped, never shown again */
  readonly secretAccessKey?: string | undefined;
  /** kept wrapped, never shown again */
  readonly apiKey?: string | undefined;
  /** of a recovery key */
  readonly publicKey?: string | undefined;
  /** why a further recipient may be in another region */
  readonly regionException?: string | undefined;
}

export interface Overview {
  /** UTC, RFC 3339 */
  readonly at: string;
  readonly keys?: OverviewKeys | undefined;
  readonly environments?: OverviewEnvironments | undefined;
  readonly alerts?: OverviewAlerts | undefined;
  readonly links?: OverviewLinks | undefined;
  readonly uses?: OverviewUses | undefined;
  readonly log?: OverviewLog | undefined;
  /** parts that are left out, each with the permission that it takes */
  readonly hidden: readonly (OverviewHidden)[];
}

export interface OverviewAlert {
  /** a UUID in lower case */
  readonly alertId: string;
  readonly kind: string;
  readonly title: string;
  readonly weight: 'alarm' | 'warning';
  /** UTC, RFC 3339 */
  readonly at: string;
  /** a UUID in lower case */
  readonly environmentId?: string | undefined;
  /** a UUID in lower case */
  readonly runId?: string | undefined;
}

export interface OverviewAlerts {
  /** alarms and warnings of the last 7 days, each once, however many channels heard of it */
  readonly count: number;
  readonly isAtLeast: boolean;
  /** ways in which somebody is told; 0: nobody is told of anything */
  readonly channels: number;
  /** the newest 10 */
  readonly items: readonly (OverviewAlert)[];
}

export interface OverviewEnvironment {
  /** a UUID in lower case */
  readonly environmentId: string;
  readonly label: string;
  readonly encryption: string;
  readonly storageType: string;
  readonly region: string;
  /** the primary first */
  readonly keys: readonly (OverviewMasterKey)[];
  readonly held?: {
    /** UTC, RFC 3339 */
    readonly since: string;
    readonly code: string;
    readonly keyId: string;
  } | undefined;
  readonly sources: number;
  readonly overdueSources: number;
  /** of which no snapshot was ever seen to be restorable */
  readonly unprovenSources: number;
  readonly lastBackup?: {
    readonly source: string;
    readonly snapshotId: string;
    /** a UUID in lower case */
    readonly runId: string;
    /** UTC, RFC 3339 */
    readonly at: string;
  } | undefined;
  readonly lastProven?: ProvenRestorable | undefined;
  readonly nextRun?: {
    /** a UUID in lower case */
    readonly scheduleId: string;
    readonly task: string;
    /** UTC, RFC 3339 */
    readonly at: string;
  } | undefined;
  readonly runsInFlight: number;
  /** legal holds that somebody asks to release: a second person decides */
  readonly releasesAsked: number;
}

export interface OverviewEnvironments {
  readonly count: number;
  /** there may be more: there was no time or room to look at all */
  readonly isAtLeast: boolean;
  readonly items: readonly (OverviewEnvironment)[];
}

export interface OverviewHidden {
  readonly part: string;
  readonly action: string;
}

export interface OverviewKeySoon {
  readonly kind: 'deletion' | 'purge' | 'material-expiry' | 'expiry' | 'rotation';
  /** UTC, RFC 3339 */
  readonly at: string;
  /** the id of a key */
  readonly keyId: string;
  /** a region such as us-east-1 */
  readonly region: string;
  readonly arn: string;
  readonly name?: string | undefined;
}

export interface OverviewKeyState {
  readonly state: string;
  readonly count: number;
}

export interface OverviewKeys {
  /** those that are there, deleted ones that can be restored among them */
  readonly count: number;
  /** there may be more: there was no time to look at all */
  readonly isAtLeast: boolean;
  /** there are too many to be counted for each answer: this was counted then, up to 10 minutes ago */
  readonly countedAt?: string | undefined;
  readonly states: readonly (OverviewKeyState)[];
  /** what comes within 90 days, the next 20 */
  readonly soon: readonly (OverviewKeySoon)[];
}

export interface OverviewLink {
  /** the id of a key */
  readonly keyId: string;
  /** a region such as us-east-1 */
  readonly region: string;
  readonly keyArn: string;
  readonly keyName?: string | undefined;
  /** who registered it */
  readonly service: string;
  /** what the key protects: a CRN */
  readonly resource: string;
  /** where it is an environment of the own tenant */
  readonly environmentId?: string | undefined;
}

export interface OverviewLinks {
  readonly isAtLeast: boolean;
  /** what is registered with which key of the own tenant: the edges of the picture of what protects what */
  readonly items: readonly (OverviewLink)[];
}

export interface OverviewLog {
  /** entries up to the newest checkpoint; 0: there is none yet */
  readonly size: number;
  /** a log that entries wait for is signed every second or so: one that is long ago while things are done says that it stands still */
  readonly signedAt?: string | undefined;
}

export interface OverviewMasterKey {
  readonly provider: string;
  readonly keyId: string;
  readonly region: string;
  /** good, doubtful, or what stands in the way: of a key of the own tenant as it is, of another as it was found last */
  readonly state?: string | undefined;
  /** UTC, RFC 3339 */
  readonly since?: string | undefined;
  /** UTC, RFC 3339 */
  readonly deletionAt?: string | undefined;
}

export interface OverviewUses {
  readonly lastDay: Uses;
  readonly lastWeek: Uses;
}

export interface OwnSignIn {
  readonly passkeys: readonly (Passkey)[];
  /** UTC, RFC 3339 */
  readonly passwordSetAt?: string | undefined;
  readonly recoveryCodesLeft: number;
  readonly links: readonly ({
    /** a UUID in lower case */
    readonly providerId: string;
    readonly issuer: string;
    readonly subject: string;
    /** UTC, RFC 3339 */
    readonly linkedAt: string;
  })[];
  /** until when this session may change these */
  readonly canChangeUntil: string;
  /** each signs in once in place of a code of the app; shown in this answer and never again */
  readonly recoveryCodes?: readonly (string)[] | undefined;
  /** how many other sessions of oneself this change has ended */
  readonly endedSessions?: number | undefined;
}

export interface Passkey {
  /** a UUID in lower case */
  readonly passkeyId: string;
  readonly name: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly lastUsedAt?: string | undefined;
  /** whether its provider keeps copies of it, for other devices */
  readonly isBackedUp: boolean;
  readonly transports: readonly (string)[];
}

export interface PasskeyAssertion {
  /** base64url */
  readonly id: string;
  /** base64url */
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: {
    /** base64url */
    readonly clientDataJSON: string;
    /** base64url */
    readonly authenticatorData: string;
    /** base64url */
    readonly signature: string;
    /** base64url */
    readonly userHandle?: string | undefined;
  };
  readonly authenticatorAttachment?: 'platform' | 'cross-platform' | undefined;
  readonly clientExtensionResults?: {

  } | undefined;
}

export interface PasskeyCreation {
  /** base64url */
  readonly id: string;
  /** base64url */
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: {
    /** base64url */
    readonly clientDataJSON: string;
    /** base64url */
    readonly attestationObject: string;
    readonly transports?: readonly ('ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb')[] | undefined;
    /** base64url */
    readonly authenticatorData?: string | undefined;
    /** base64url */
    readonly publicKey?: string | undefined;
    readonly publicKeyAlgorithm?: number | undefined;
  };
  readonly authenticatorAttachment?: 'platform' | 'cross-platform' | undefined;
  readonly clientExtensionResults?: {

  } | undefined;
}

export interface PasskeyCreationOptions {
  readonly rp: {
    readonly id: string;
    readonly name: string;
  };
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly displayName: string;
  };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly ({
    readonly type: 'public-key';
    readonly alg: number;
  })[];
  readonly timeout: number;
  readonly attestation: 'none';
  readonly excludeCredentials: readonly ({
    readonly type: 'public-key';
    readonly id: string;
    readonly transports: readonly ('ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb')[];
  })[];
  readonly authenticatorSelection: {
    readonly residentKey: 'required';
    readonly requireResidentKey: boolean;
    readonly userVerification: 'required';
  };
}

export interface PasskeyRequestOptions {
  readonly rpId: string;
  readonly challenge: string;
  readonly timeout: number;
  readonly userVerification: 'required';
  readonly allowCredentials: readonly ({
    readonly type: 'public-key';
    readonly id: string;
    readonly transports: readonly ('ble' | 'cable' | 'hybrid' | 'internal' | 'nfc' | 'smart-card' | 'usb')[];
  })[];
}

export interface PasskeySite {
  /** whether passkeys work at the address by which this request came */
  readonly isUsable: boolean;
  readonly rpId?: string | undefined;
  readonly problem?: string | undefined;
  readonly action?: string | undefined;
}

export interface PathHistory {
  readonly source?: string | undefined;
  readonly states: readonly (PathState)[];
  /** UTC, RFC 3339 */
  readonly olderThan?: string | undefined;
}

export interface PathState {
  readonly snapshotId: string;
  /** UTC, RFC 3339 */
  readonly takenAt: string;
  readonly state: 'absent' | 'first' | 'same' | 'changed' | 'unreadable';
  readonly entry?: SnapshotEntry | undefined;
  readonly reason?: string | undefined;
}

export interface Policy {
  readonly name: string;
  readonly arn: string;
  readonly isBuiltIn: boolean;
  readonly description: string;
  /** the JSON text of the policy */
  readonly document: string;
  /** one more with each change; none for built-in policies */
  readonly version?: number | undefined;
  /** how many users and roles have it */
  readonly attachments?: number | undefined;
  /** actions of it that no request here asks for, mistyped maybe: nothing follows from them; not in lists */
  readonly unknownActions?: readonly (string)[] | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly updatedAt?: string | undefined;
}

export interface Principal {
  /** a UUID in lower case */
  readonly principalId: string;
  /** 1 to 64 of letters, digits and + = , . @ _ - */
  readonly name: string;
  readonly arn: string;
  readonly policies: readonly (string)[];
  /** names of policies that belong to it alone */
  readonly inlinePolicies: readonly (string)[];
  readonly tags: readonly ({
    readonly key: string;
    readonly value: string;
  })[];
  readonly keyRoles: readonly (KeyRoleAssignment)[];
  /** whether it is a program: a service id of IBM Cloud IAM */
  readonly serviceId: boolean;
  /** its name on the wire of IBM Key Protect */
  readonly iamId: string;
  readonly state: 'active' | 'suspended' | 'deleted';
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface PrincipalSignIn {
  readonly passkeys: readonly (Passkey)[];
  /** UTC, RFC 3339 */
  readonly passwordSetAt?: string | undefined;
  readonly recoveryCodesLeft: number;
  readonly links: readonly ({
    /** a UUID in lower case */
    readonly providerId: string;
    readonly issuer: string;
    readonly subject: string;
    /** UTC, RFC 3339 */
    readonly linkedAt: string;
  })[];
  /** wrong passwords and codes in a row */
  readonly wrongAttempts: number;
  /** UTC, RFC 3339 */
  readonly lockedUntil?: string | undefined;
  readonly enrolment?: Enrolment | undefined;
}

export interface ProvenRestorable {
  readonly source: string;
  readonly snapshotId: string;
  /** UTC, RFC 3339 */
  readonly takenAt: string;
  /** how it was seen: data or drill */
  readonly level: string;
  /** UTC, RFC 3339 */
  readonly provenAt: string;
}

export interface PublicKey {
  readonly keyId: string;
  /** a region such as us-east-1 */
  readonly region: string;
  /** a UUID in lower case */
  readonly versionId: string;
  readonly spec: string;
  readonly usage: string;
  /** SubjectPublicKeyInfo, DER, in base64 */
  readonly publicKey: string;
  /** the same in PEM */
  readonly pem: string;
}

export interface QuotaInUse {
  /** as the operator sets it: KEYSTEAD_QUOTAS */
  readonly name: string;
  readonly limit: number;
  /** absent: it is one of each thing by itself */
  readonly used?: number | undefined;
  /** a region such as us-east-1 */
  readonly region?: string | undefined;
}

export interface RateInForce {
  readonly rateClass: 'symmetric' | 'rsa' | 'ecc' | 'ml' | 'hmac' | 'keyStore' | 'read' | 'write' | 'sts' | 'admin';
  readonly perSecond: number;
  /** how many at once, after a pause */
  readonly burst: number;
}

export interface Region {
  /** a region such as us-east-1 */
  readonly region: string;
  readonly accountId: string;
  /** a UUID in lower case */
  readonly instanceId: string;
  /** the name of the instance as IBM Cloud words it */
  readonly instanceCrn: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface Registration {
  readonly resourceCrn: string;
  readonly service: string;
  readonly description?: string | undefined;
  /** the key is not deleted, not even by force */
  readonly preventsDeletion: boolean;
  /** a UUID in lower case */
  readonly keyVersionId: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly updatedAt: string;
}

export interface ReportedRun {
  /** a UUID in lower case */
  readonly runId: string;
  readonly state: string;
  readonly newestSnapshot?: string | undefined;
}

export interface RestorePlan {
  readonly about: AnswerAbout;
  readonly counts: RestorePlanCounts;
  /** the restore would refuse before it writes anything */
  readonly isRefused: boolean;
  /** always 0: a restore deletes nothing */
  readonly deleted: number;
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** data keys that are needed */
  readonly keys: number;
  readonly recipients: readonly (RestorePlanRecipient)[];
  readonly items: readonly (RestorePlanItem)[];
}

export interface RestorePlanCounts {
  readonly folders: number;
  readonly create: number;
  readonly overwrite: number;
  readonly beside: number;
  readonly same: number;
  readonly kept: number;
  readonly refused: number;
  readonly extras: number;
  readonly bytes: number;
}

export interface RestorePlanItem {
  readonly path: string;
  /** the exact bytes, base64 */
  readonly pathBytes: string;
  readonly what: string;
}

export interface RestorePlanRecipient {
  readonly provider: string;
  readonly keyId: string;
  readonly region: string;
  readonly opens: number;
}

export interface Retention {
  readonly rules?: RetentionRules | undefined;
  readonly sources: readonly ({
    readonly source: string;
    readonly rules: RetentionRules;
  })[];
}

export interface RetentionRules {
  /** the newest so many */
  readonly last?: number | undefined;
  readonly hourly?: number | undefined;
  /** the newest of so many days */
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
  /** whatever is younger stays */
  readonly minimumAgeDays?: number | undefined;
  /** whose hours and days count; by default UTC */
  readonly timeZone?: string | undefined;
  /** how long it can be taken back; by default 7 */
  readonly trashDays?: number | undefined;
}

export interface RetrievedImportToken {
  /** a region such as us-east-1 */
  readonly region: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly expiresAt: string;
  readonly maxRetrievals: number;
  /** how often it may still be read */
  readonly remainingRetrievals: number;
  readonly wrappingAlgorithm: string;
  /** SubjectPublicKeyInfo, DER, in base64 */
  readonly publicKey: string;
  /** base64; goes back encrypted under the material, by AES-GCM, the tag behind it */
  readonly nonce: string;
}

export interface RevokedAgent {
  /** a UUID in lower case */
  readonly agentId: string;
  /** a UUID in lower case */
  readonly environmentId: string;
  readonly name: string;
  /** the user of the tenant as whom it asks */
  readonly principalId: string;
  readonly state: 'invited' | 'enrolled' | 'revoked';
  /** UTC, RFC 3339 */
  readonly invitedUntil: string;
  /** the fingerprint of its signing key: compare it on the host's side */
  readonly writerId?: string | undefined;
  /** UTC, RFC 3339 */
  readonly enrolledAt?: string | undefined;
  readonly lastRun?: AgentLastRun | undefined;
  readonly newestSnapshot?: string | undefined;
  /** UTC, RFC 3339 */
  readonly revokedAt?: string | undefined;
  /** of a revoked one, the last of its snapshots that counts */
  readonly through?: number | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** ids of its snapshots that were after what counts, and are gone */
  readonly discounted?: readonly (string)[] | undefined;
  /** what of it counts from now on, in a sentence */
  readonly meaning: string;
}

export interface Role {
  /** a UUID in lower case */
  readonly roleId: string;
  /** 1 to 64 of letters, digits and + = , . @ _ - */
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  /** who may assume it */
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
  readonly policies: readonly (string)[];
  readonly inlinePolicies: readonly (string)[];
  readonly tags: readonly ({
    readonly key: string;
    readonly value: string;
  })[];
  readonly keyRoles: readonly (KeyRoleAssignment)[];
  /** UTC, RFC 3339 */
  readonly sessionsRevokedAt?: string | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface Run {
  /** a UUID in lower case */
  readonly runId: string;
  /** a UUID in lower case */
  readonly environmentId: string;
  readonly kind: 'backup' | 'restore' | 'restore-databases' | 'verify' | 'rewrap' | 'maintain' | 'trash' | 'take-back' | 'accept-loss' | 'hold' | 'forget' | 'retire' | 'empty';
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';
  readonly source?: string | undefined;
  /** the name of the host that has done it itself */
  readonly agent?: string | undefined;
  /** a UUID in lower case */
  readonly sourceId?: string | undefined;
  readonly snapshotId?: string | undefined;
  readonly destination?: string | undefined;
  readonly level?: string | undefined;
  readonly masterKey?: string | undefined;
  readonly holdId?: string | undefined;
  readonly dataKey?: string | undefined;
  /** the vault, where a place was named */
  readonly vaultId?: string | undefined;
  readonly startedBy: string;
  /** UTC, RFC 3339 */
  readonly startedAt: string;
  /** UTC, RFC 3339 */
  readonly endedAt?: string | undefined;
  readonly progress?: RunProgress | undefined;
  readonly problem?: {
    readonly code: string;
    readonly message: string;
  } | undefined;
  readonly report?: RunReport | undefined;
}

export interface RunProgress {
  readonly phase: string;
  readonly files: number;
  readonly totalFiles?: number | undefined;
  readonly bytes: number;
  readonly totalBytes?: number | undefined;
  readonly bytesPerSecond: number;
  readonly secondsLeft?: number | undefined;
  /** UTC, RFC 3339 */
  readonly at: string;
}

export interface RunReport {
  readonly snapshotId?: string | undefined;
  /** the snapshot whose unchanged files were not read again */
  readonly parent?: string | undefined;
  readonly files?: number | undefined;
  readonly folders?: number | undefined;
  readonly links?: number | undefined;
  readonly bytes?: number | undefined;
  /** UTC, RFC 3339 */
  readonly takenAt?: string | undefined;
  readonly same?: number | undefined;
  readonly overwritten?: number | undefined;
  readonly beside?: number | undefined;
  readonly kept?: number | undefined;
  readonly unchangedFiles?: number | undefined;
  readonly readBytes?: number | undefined;
  readonly newBytes?: number | undefined;
  readonly storedBytes?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly addedFiles?: number | undefined;
  readonly changedFiles?: number | undefined;
  readonly goneFiles?: number | undefined;
  readonly keyCalls?: KeyCalls | undefined;
  readonly level?: string | undefined;
  readonly snapshotCount?: number | undefined;
  readonly packs?: number | undefined;
  readonly verifiedBytes?: number | undefined;
  readonly objects?: number | undefined;
  readonly drill?: DrillReport | undefined;
  readonly proven?: readonly (ProvenRestorable)[] | undefined;
  readonly envelopes?: number | undefined;
  readonly rewrapped?: number | undefined;
  readonly oldRevisionsLeft?: number | undefined;
  readonly snapshotIds?: readonly (string)[] | undefined;
  readonly trashed?: number | undefined;
  readonly inTrash?: number | undefined;
  readonly deletedSnapshots?: number | undefined;
  readonly marked?: number | undefined;
  readonly markedBytes?: number | undefined;
  readonly waiting?: number | undefined;
  readonly deleted?: number | undefined;
  readonly deletedBytes?: number | undefined;
  readonly rescued?: number | undefined;
  readonly locked?: number | undefined;
  /** UTC, RFC 3339 */
  readonly lockedUntil?: string | undefined;
  readonly adopted?: number | undefined;
  readonly extended?: number | undefined;
  readonly onHold?: number | undefined;
  readonly rewrittenPacks?: number | undefined;
  readonly rewrittenBytes?: number | undefined;
  readonly packsLeft?: number | undefined;
  readonly replaced?: number | undefined;
  readonly heldSnapshots?: number | undefined;
  readonly retiredKeys?: readonly (string)[] | undefined;
  readonly destroyedKeys?: readonly (string)[] | undefined;
  readonly waitingKeys?: readonly (string)[] | undefined;
  readonly readableKeys?: readonly (string)[] | undefined;
  readonly problemCount?: number | undefined;
  readonly problems?: readonly ({
    readonly code: string;
    readonly path: string;
  })[] | undefined;
  readonly warnings?: readonly (string)[] | undefined;
  readonly commands?: readonly ({
    readonly when: 'before' | 'after';
    readonly program: string;
    readonly ending: string;
    readonly succeeded: boolean;
    readonly durationMs: number;
    /** the last of what it wrote, at most 4 KiB */
    readonly output: string;
  })[] | undefined;
  readonly databases?: readonly (string)[] | undefined;
  readonly findingCount?: number | undefined;
  readonly findings?: readonly (Finding)[] | undefined;
}

export interface Schedule {
  /** a UUID in lower case */
  readonly scheduleId: string;
  readonly task: {
    readonly kind: string;
    /** a UUID in lower case */
    readonly sourceId?: string | undefined;
    readonly level?: string | undefined;
    readonly samplePercent?: number | undefined;
  };
  readonly cron: string;
  readonly timeZone: string;
  readonly ifMissed: 'run-once' | 'skip';
  readonly missedWithinHours: number;
  readonly paused: boolean;
  /** none while it is paused */
  readonly nextTimes: readonly (string)[];
  readonly waiting?: {
    /** UTC, RFC 3339 */
    readonly dueAt: string;
    /** what is due starts once this is over; "clock": the clock of the server was set within the last hour, and what deletes by it waits */
    readonly for: 'master-key' | 'run-in-flight' | 'server-busy' | 'clock';
    /** of a round over several places, those that are still to be looked after, the next one first: "present" is where backups go now, others are vault ids of places that were left */
    readonly rest?: readonly (string)[] | undefined;
  } | undefined;
  readonly last?: {
    /** UTC, RFC 3339 */
    readonly dueAt: string;
    readonly outcome: 'started' | 'skipped' | 'refused';
    /** a UUID in lower case */
    readonly runId?: string | undefined;
    readonly code?: string | undefined;
  } | undefined;
}

export interface SecretValue {
  readonly keyId: string;
  /** base64 */
  readonly value: string;
}

export interface Service {
  /** a UUID in lower case */
  readonly serviceId: string;
  /** the name of a service: in lower case with a dot, such as backup.example.com */
  readonly name: string;
  /** the tenant that hosts it: its log has the entries of the service */
  readonly tenantId: string;
  readonly state: 'active' | 'suspended';
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** where it is told what becomes of keys */
  readonly eventsUrl?: string | undefined;
}

export interface ServiceEvents {
  readonly service: Service;
  /** signs messages; shown once: Standard Webhooks, https://www.standardwebhooks.com */
  readonly secret?: string | undefined;
}

export interface SignInOptions {
  readonly accountId?: string | undefined;
  readonly passwordSignIn: boolean;
  readonly passkeys: PasskeySite;
  readonly providers: readonly ({
    /** a UUID in lower case */
    readonly providerId: string;
    readonly name: string;
  })[];
}

export interface SignInSettings {
  /** whether people may sign in by a password with a code */
  readonly passwordSignIn: boolean;
  /** from sign-in to the end */
  readonly sessionMinutes: number;
  /** from the last renewal to the end */
  readonly idleMinutes: number;
}

export interface SignedIn {
  /** a UUID in lower case */
  readonly principalId: string;
  /** 1 to 64 of letters, digits and + = , . @ _ - */
  readonly name: string;
  readonly accountId: string;
  readonly tenantName: string;
  readonly session: ConsoleSession;
  /** each signs in once in place of a code of the app; shown in this answer and never again */
  readonly recoveryCodes?: readonly (string)[] | undefined;
}

export interface Snapshot {
  readonly snapshotId: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  readonly parent?: string | undefined;
  /** whoever could open it when it was made, as its head says */
  readonly recipients?: readonly ({
    readonly provider: string;
    readonly keyId: string;
    readonly region: string;
  })[] | undefined;
  /** it is in the trash until then */
  readonly deletedAt?: string | undefined;
  /** a legal hold covers it */
  readonly held?: boolean | undefined;
  /** its source, where a run of this server is known that made it */
  readonly source?: string | undefined;
  readonly keptBy?: readonly (string)[] | undefined;
  /** about when no rule keeps it any more */
  readonly expiresAt?: string | undefined;
}

export interface SnapshotComparison {
  readonly before: AnswerAbout;
  readonly about: AnswerAbout;
  readonly differences: readonly (SnapshotDifference)[];
  readonly totals: ComparisonTotals;
  /** the `after` of the next page; base64 */
  readonly next?: string | undefined;
}

export interface SnapshotDifference {
  readonly path: string;
  /** the exact bytes, base64 */
  readonly pathBytes: string;
  readonly kind: 'added' | 'changed' | 'deleted';
  readonly type: 'file' | 'folder' | 'link';
  readonly changes?: readonly ('content' | 'mode' | 'owner' | 'times' | 'type' | 'target')[] | undefined;
  readonly sizeBefore?: number | undefined;
  readonly sizeAfter?: number | undefined;
  /** UTC, RFC 3339 */
  readonly modifiedAt: string;
}

export interface SnapshotEntry {
  /** as text: bytes that are no UTF-8 are U+FFFD */
  readonly name: string;
  /** the exact bytes, base64 */
  readonly nameBytes: string;
  readonly type: 'file' | 'folder' | 'link';
  readonly size?: number | undefined;
  /** octal */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** UTC, RFC 3339 */
  readonly modifiedAt: string;
  readonly links: number;
  readonly target?: string | undefined;
  /** how many entries a folder has */
  readonly items?: number | undefined;
  readonly changedWhileRead?: boolean | undefined;
}

export interface SnapshotFind {
  readonly path: string;
  /** the exact bytes, base64 */
  readonly pathBytes: string;
  /** as text: bytes that are no UTF-8 are U+FFFD */
  readonly name: string;
  /** the exact bytes, base64 */
  readonly nameBytes: string;
  readonly type: 'file' | 'folder' | 'link';
  readonly size?: number | undefined;
  /** octal */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** UTC, RFC 3339 */
  readonly modifiedAt: string;
  readonly links: number;
  readonly target?: string | undefined;
  /** how many entries a folder has */
  readonly items?: number | undefined;
  readonly changedWhileRead?: boolean | undefined;
}

export interface SnapshotFolder {
  readonly about: AnswerAbout;
  readonly entries: readonly (SnapshotEntry)[];
  /** the `after` of the next page; base64 */
  readonly next?: string | undefined;
}

export interface SnapshotSearch {
  readonly about: AnswerAbout;
  readonly found: readonly (SnapshotFind)[];
  readonly lookedAt: number;
  /** the `after` of the next page; base64 */
  readonly next?: string | undefined;
}

export interface Snapshots {
  readonly snapshots: readonly (Snapshot)[];
  readonly findings: readonly (Finding)[];
  /** the master key could not be asked, and why: what keeps a snapshot and when it expires is not told then. What is there, what is in the trash or under a hold, and every finding, is */
  readonly withoutKey?: {
    readonly code: string;
    readonly message: string;
  } | undefined;
}

export interface Source {
  /** a UUID in lower case */
  readonly sourceId: string;
  /** a UUID in lower case */
  readonly environmentId: string;
  readonly name: string;
  readonly kind: 'folder' | 'postgres' | 'stream';
  readonly folder?: {
    readonly path: string;
    readonly include?: readonly (string)[] | undefined;
    readonly exclude?: readonly (string)[] | undefined;
    /** keeps folders empty that others are mounted on */
    readonly oneFileSystem?: boolean | undefined;
    /** keeps caches (CACHEDIR.TAG) without what is in them */
    readonly skipCaches?: boolean | undefined;
    /** a program of the operator's KEYSTEAD_RUN_COMMANDS and its arguments; no shell sees them */
    readonly before?: readonly (string)[] | undefined;
    /** a program of the operator's KEYSTEAD_RUN_COMMANDS and its arguments; no shell sees them */
    readonly after?: readonly (string)[] | undefined;
    readonly commandTimeoutMs?: number | undefined;
  } | undefined;
  readonly postgres?: {
    /** name, address, or folder of its socket */
    readonly host: string;
    readonly port?: number | undefined;
    readonly user: string;
    /** by default disable on this machine and require elsewhere */
    readonly tls?: 'disable' | 'require' | 'verify-full' | undefined;
    readonly hasPassword: boolean;
    readonly databases?: readonly (string)[] | undefined;
  } | undefined;
  readonly stream?: {
    readonly item: string;
  } | undefined;
  readonly limits: {
    /** how fast a backup may write to the store */
    readonly bytesPerSecond?: number | undefined;
  };
  readonly schedule?: Schedule | undefined;
  readonly alertAfterHours?: number | undefined;
  readonly lastGoodBackup?: {
    /** a UUID in lower case */
    readonly runId: string;
    readonly snapshotId: string;
    /** UTC, RFC 3339 */
    readonly at: string;
  } | undefined;
  /** UTC, RFC 3339 */
  readonly overdueSince?: string | undefined;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly updatedAt: string;
}

export interface Status {
  /** a UUID in lower case */
  readonly installationId: string;
  readonly version: string;
  /** UTC, RFC 3339 */
  readonly time: string;
}

export interface Storage {
  readonly type: string;
  /** a region such as us-east-1 */
  readonly region: string;
  readonly bucketName?: string | undefined;
  readonly prefix?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly credentials?: {
    readonly kind: string;
    readonly accessKeyId?: string | undefined;
    readonly roleArn?: string | undefined;
    /** what the role's trust policy must demand */
    readonly externalId?: string | undefined;
  } | undefined;
  readonly objectLock?: {
    readonly mode: 'governance' | 'compliance';
    readonly days: number;
  } | undefined;
  readonly serverSideKey?: string | undefined;
  readonly path?: string | undefined;
}

export interface StorageInput {
  /** hosted: the operator's own store, apart for each tenant */
  readonly type: 'aws-s3' | 'ibm-cos' | 's3-compatible' | 'folder' | 'hosted';
  /** a region such as us-east-1 */
  readonly region: string;
  readonly bucketName?: string | undefined;
  /** by default the whole bucket */
  readonly prefix?: string | undefined;
  /** scheme, host and port */
  readonly endpoint?: string | undefined;
  readonly credentials?: AwsCredentialsInput | undefined;
  readonly objectLock?: {
    readonly mode: 'governance' | 'compliance';
    readonly days: number;
  } | undefined;
  /** a key of the provider that encrypts once more at rest, beneath the own encryption */
  readonly serverSideKey?: string | undefined;
  /** of a folder of the server */
  readonly path?: string | undefined;
}

export interface Tenant {
  /** a UUID in lower case */
  readonly tenantId: string;
  readonly accountId: string;
  readonly name: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

export interface TokenSigningKey {
  /** the `kid` of tokens that it signed */
  readonly keyId: string;
  /** retired: its tokens count until they end; waits: published ahead */
  readonly state: 'retired' | 'signs' | 'waits';
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  /** UTC, RFC 3339 */
  readonly signsFrom: string;
}

export interface Uses {
  /** UTC, RFC 3339 */
  readonly from: string;
  /** UTC, RFC 3339 */
  readonly to: string;
  readonly step: 'hour' | 'day';
  /** what was before was not counted */
  readonly countedSince: string;
  /** all of them; counted for people to see: the audit log is what proves uses */
  readonly count: number;
  readonly kinds: readonly (UsesOfKind)[];
  readonly steps: readonly (UsesOfStep)[];
}

export interface UsesOfKind {
  readonly action: string;
  readonly count: number;
}

export interface UsesOfStep {
  /** UTC, RFC 3339 */
  readonly from: string;
  readonly count: number;
  readonly kinds: readonly (UsesOfKind)[];
}

export interface VaultFacts {
  readonly creator: string;
  /** UTC, RFC 3339 */
  readonly createdAt: string;
  readonly writers: readonly (string)[];
  readonly snapshots: number;
  readonly envelopes: number;
  readonly recipients: readonly (string)[];
  /** data keys that none of the master keys named opens */
  readonly unopened: number;
  readonly tombstones: number;
  readonly marks: number;
  readonly holds: number;
}

export interface VaultPolicy {
  /** JSON, ready to be copied; what is not known is a place to fill in */
  readonly document: string;
  /** where to put it */
  readonly where: string;
}

export interface WatchedKey {
  readonly provider: string;
  readonly keyId: string;
  /** good, doubtful, or what stands in the way */
  readonly state: string;
  /** UTC, RFC 3339 */
  readonly since: string;
  /** UTC, RFC 3339 */
  readonly deletionAt?: string | undefined;
  /** it opens places that were left, and holds no run of today */
  readonly opensOnlyLeft?: boolean | undefined;
  readonly outlook?: WatchedOutlook | undefined;
}

export interface WatchedOutlook {
  readonly snapshotCount: number;
  /** how many nobody could open any more without this key */
  readonly unreadableCount: number;
  /** the ids of the newest fifty of them */
  readonly unreadable: readonly (string)[];
  readonly newest?: {
    readonly snapshotId: string;
    /** UTC, RFC 3339 */
    readonly takenAt: string;
  } | undefined;
  readonly oldest?: {
    readonly snapshotId: string;
    /** UTC, RFC 3339 */
    readonly takenAt: string;
  } | undefined;
  /** UTC, RFC 3339 */
  readonly at: string;
}

export interface WhoAmI {
  /** a UUID in lower case */
  readonly principalId: string;
  /** 1 to 64 of letters, digits and + = , . @ _ - */
  readonly name: string;
  readonly arn: string;
  readonly policies: readonly (string)[];
  readonly credentialId: string;
  /** a UUID in lower case */
  readonly tenantId: string;
  readonly tenantName: string;
  readonly accountId: string;
  readonly session?: ConsoleSession | undefined;
}

export interface XksCredentials {
  readonly endpoint: XksEndpoint;
  /** AccessKeyId */
  readonly accessKeyId: string;
  /** RawSecretAccessKey: shown in this answer and never again */
  readonly rawSecretAccessKey: string;
}

export interface XksEndpoint {
  /** a UUID in lower case */
  readonly endpointId: string;
  readonly name: string;
  /** a region such as us-east-1 */
  readonly region: string;
  /** XksProxyUriEndpoint, where the operator has set it */
  readonly uriEndpoint?: string | undefined;
  /** XksProxyUriPath */
  readonly uriPath: string;
  /** the newest first */
  readonly accessKeyIds: readonly (string)[];
  readonly keys: readonly (ExposedKey)[];
  /** UTC, RFC 3339 */
  readonly createdAt: string;
}

/** Calls the admin API of a Keystead server. One method for each of its operations. Every one may throw {@link KeysteadError}. */

export class KeysteadClient {

  readonly #transport: Transport;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options, '/admin/v1');
  }

  /** Tells who the credential of this request belongs to. Needs the permission `keystead:WhoAmI`. */
  whoAmI(): Promise<WhoAmI> {
    return this.#transport.send('GET', `/whoami`);
  }

  /** Opens a stream of server-sent events: runs with their progress, alerts, and that something changed; of the own tenant alone, and as far as one may see it. Needs the permission `keystead:WatchEvents`. The body is read as it comes; `signal` breaks it off. */
  openEvents(signal?: AbortSignal): Promise<Response> {
    return this.#transport.open(`/events`, undefined, signal);
  }

  /** Shows in one answer how things stand with keys, environments, alerts and uses, as far as one may see them. Needs the permission `keystead:GetOverview`. */
  getOverview(): Promise<Overview> {
    return this.#transport.send('GET', `/overview`);
  }

  /** Counts the uses of all keys that the log of the own tenant tells of, over time. Needs the permission `kms:GetKeyLastUsage`. */
  getUses(query: {
    /** the beginning of the first step; rounded down to the hour */
    readonly from: string;
    /** up to, and without; rounded up to the step */
    readonly to: string;
    /** uses of more than 92 days ago count as of the first hour of their day, in UTC */
    readonly step?: 'hour' | 'day' | undefined;
  }): Promise<Uses> {
    return this.#transport.send('GET', `/uses`, query);
  }

  /** Counts the uses of a key over time, by the hour or the day. Needs the permission `kms:GetKeyLastUsage`. */
  getKeyUses(region: string, keyId: string, query: {
    /** the beginning of the first step; rounded down to the hour */
    readonly from: string;
    /** up to, and without; rounded up to the step */
    readonly to: string;
    /** uses of more than 92 days ago count as of the first hour of their day, in UTC */
    readonly step?: 'hour' | 'day' | undefined;
  }): Promise<Uses> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/uses`, query);
  }

  /** Tells which installation this is, its version and its clock. Needs the permission `keystead:GetStatus`. */
  getStatus(): Promise<Status> {
    return this.#transport.send('GET', `/status`);
  }

  /** Tells whether a principal of the own tenant may do something, and what every statement and grant has to do with it. Needs the permission `keystead:ExplainAccess`. */
  explainAccess(body: {
    /** name of a user or of a service, or ARN of a user, a role, a session or the account */
    readonly principal: string;
    /** an action such as kms:Decrypt */
    readonly action: string;
    /** a region such as us-east-1 */
    readonly region: string;
    /** id, alias/NAME or ARN of a key */
    readonly key?: string | undefined;
    /** ARN of what else it is done to; default: * */
    readonly resource?: string | undefined;
    readonly encryptionContext?: readonly ({
      readonly name: string;
      readonly value: string;
    })[] | undefined;
    /** what else the request is to have */
    readonly conditions?: readonly ({
      readonly key: string;
      readonly values: readonly (string)[];
    })[] | undefined;
  }): Promise<AccessExplanation> {
    return this.#transport.send('POST', `/access/explain`, undefined, body);
  }

  /** Tells which of some principals of the own tenant may do which of some actions with a key: up to 400 decisions, each as explainAccess makes it of the same question. Needs the permission `keystead:ExplainAccess`. */
  explainKeyAccess(body: {
    /** a region such as us-east-1 */
    readonly region: string;
    /** the id of a key, or alias/NAME */
    readonly key: string;
    readonly principals: readonly (string)[];
    readonly actions: readonly (string)[];
  }): Promise<KeyAccess> {
    return this.#transport.send('POST', `/access/key`, undefined, body);
  }

  /** Tells which of up to 100 actions the credential of this request may do, from where it asks. A key that is not there, or that it may not know of, it may not use. Needs the permission `keystead:WhoAmI`. */
  checkAccess(body: {
    readonly questions: readonly (AccessQuestion)[];
  }): Promise<CheckedAccess> {
    return this.#transport.send('POST', `/access/check`, undefined, body);
  }

  /** Lists what waits for a second person in the own tenant: releases of legal holds (all of them before the first page of the others), deletions of keys that one person authorised. Needs the permission `keystead:ListApprovals`. */
  listApprovals(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Approval)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/approvals`, query);
  }

  /** Makes a tenant with its first region and its first administrator. Needs the permission `installation:CreateTenant`. */
  createTenant(body: {
    readonly name: string;
    /** a region such as us-east-1 */
    readonly region: string;
    /** 1 to 64 of letters, digits and + = , . @ _ - */
    readonly administrator?: string | undefined;
  }): Promise<CreatedTenant> {
    return this.#transport.send('POST', `/tenants`, undefined, body);
  }

  /** Lists the tenants of the installation. Needs the permission `installation:ListTenants`. */
  listTenants(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Tenant)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/tenants`, query);
  }

  /** Shows a tenant. Needs the permission `installation:GetTenant`. */
  getTenant(tenantId: string): Promise<Tenant> {
    return this.#transport.send('GET', `/tenants/${encodeURIComponent(tenantId)}`);
  }

  /** Opens a region for any tenant. Needs the permission `installation:AddRegion`. */
  addTenantRegion(tenantId: string, body: {
    /** a region such as us-east-1 */
    readonly region: string;
  }): Promise<Region> {
    return this.#transport.send('POST', `/tenants/${encodeURIComponent(tenantId)}/regions`, undefined, body);
  }

  /** Opens a region for the own tenant: from then on keys may live there. Needs the permission `keystead:AddRegion`. */
  addRegion(body: {
    /** a region such as us-east-1 */
    readonly region: string;
  }): Promise<Region> {
    return this.#transport.send('POST', `/regions`, undefined, body);
  }

  /** Lists the regions of the own tenant. Needs the permission `keystead:ListRegions`. */
  listRegions(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Region)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/regions`, query);
  }

  /** Closes a region of the own tenant that holds no key any more, with its key rings and policies. Needs the permission `keystead:DeleteRegion`. */
  deleteRegion(region: string): Promise<Region> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/delete`);
  }

  /** Shows how much there may be of each thing, how much of it the own tenant has, and how often it may ask. Needs the permission `keystead:GetLimits`. */
  getLimits(): Promise<Limits> {
    return this.#transport.send('GET', `/limits`);
  }

  /** Shows what holds for all keys of an instance, and from where it may be reached. Needs the permission `kms:GetInstancePolicies`. */
  getInstancePolicies(region: string): Promise<InstancePolicies> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/policies`);
  }

  /** Sets policies of an instance: those that are named, the others stay. It is not bound by them itself. Needs the permission `kms:PutInstancePolicies`. */
  setInstancePolicies(region: string, body: {
    readonly network?: 'public-and-private' | 'private-only' | undefined;
    /** CIDR blocks; an empty list lets all in */
    readonly addresses?: readonly (string)[] | undefined;
    readonly dualAuthorization?: boolean | undefined;
    readonly creation?: {
      /** keys whose material never leaves */
      readonly createWrapping?: boolean | undefined;
      /** stored secrets */
      readonly createSecret?: boolean | undefined;
      readonly importWrapping?: boolean | undefined;
      readonly importSecret?: boolean | undefined;
      /** imports need an import token */
      readonly enforceToken?: boolean | undefined;
    } | undefined;
    /** 0: new keys are not rotated */
    readonly rotationMonths?: number | undefined;
    readonly metrics?: boolean | undefined;
  } = {}): Promise<InstancePolicies> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/policies`, undefined, body);
  }

  /** Tells how many requests of IBM Key Protect an instance had in the last whole minute, and how long they took. Needs the permission `kms:GetInstancePolicies`. */
  getInstanceMetrics(region: string): Promise<InstanceMetrics> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/metrics`);
  }

  /** Makes a user of the own tenant with its policies, without a credential yet. Needs the permission `keystead:CreatePrincipal`. */
  createPrincipal(body: {
    /** 1 to 64 of letters, digits and + = , . @ _ - */
    readonly name: string;
    readonly policies: readonly (string)[];
    readonly serviceId?: boolean | undefined;
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals`, undefined, body);
  }

  /** Lists the users of the own tenant; with `name` the one of that name, if there is one. Needs the permission `keystead:ListPrincipals`. */
  listPrincipals(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
    /** 1 to 64 of letters, digits and + = , . @ _ - */
    readonly name?: string | undefined;
  } = {}): Promise<{
    readonly items: readonly (Principal)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/principals`, query);
  }

  /** Shows a user of the own tenant. Needs the permission `keystead:GetPrincipal`. */
  getPrincipal(principalId: string): Promise<Principal> {
    return this.#transport.send('GET', `/principals/${encodeURIComponent(principalId)}`);
  }

  /** Lists the policies that belong to a principal alone, with their texts. Needs the permission `keystead:GetPrincipal`. */
  listPrincipalInlinePolicies(principalId: string): Promise<{
    readonly items: readonly (InlinePolicy)[];
  }> {
    return this.#transport.send('GET', `/principals/${encodeURIComponent(principalId)}/inline-policies`);
  }

  /** Attaches a policy to a principal: a built-in one, or one of the tenant. Needs the permission `keystead:AttachPrincipalPolicy`. */
  attachPrincipalPolicy(principalId: string, body: {
    readonly policy: string;
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/policies/attach`, undefined, body);
  }

  /** Takes a policy from a principal: from the answer on it allows and denies nothing there. Needs the permission `keystead:DetachPrincipalPolicy`. */
  detachPrincipalPolicy(principalId: string, body: {
    readonly policy: string;
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/policies/detach`, undefined, body);
  }

  /** Gives a principal a policy that belongs to it alone, in place of the one of that name. Needs the permission `keystead:PutPrincipalInlinePolicy`. */
  putPrincipalInlinePolicy(principalId: string, body: {
    readonly name: string;
    /** the JSON text of the policy */
    readonly document: string;
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/inline-policies/put`, undefined, body);
  }

  /** Takes a policy away that belongs to a principal alone. Needs the permission `keystead:DeletePrincipalInlinePolicy`. */
  deletePrincipalInlinePolicy(principalId: string, body: {
    readonly name: string;
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/inline-policies/delete`, undefined, body);
  }

  /** Sets tags of a principal: policies may ask for them. Needs the permission `keystead:TagPrincipal`. */
  tagPrincipal(principalId: string, body: {
    readonly tags: readonly ({
      readonly key: string;
      readonly value: string;
    })[];
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/tags/set`, undefined, body);
  }

  /** Takes tags from a principal. Needs the permission `keystead:UntagPrincipal`. */
  untagPrincipal(principalId: string, body: {
    readonly keys: readonly (string)[];
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/tags/delete`, undefined, body);
  }

  /** Gives a principal roles of IBM Key Protect: over all instances, one of them, a key ring or a key. Needs the permission `keystead:AssignPrincipalKeyRole`. */
  assignPrincipalKeyRole(principalId: string, body: {
    readonly roles: readonly ('Reader' | 'ReaderPlus' | 'Writer' | 'Manager' | 'KeyPurge' | 'KmipAdapterManager' | 'Viewer' | 'Operator' | 'Editor' | 'Administrator')[];
    /** a region such as us-east-1 */
    readonly region?: string | undefined;
    /** the id of a key ring */
    readonly keyRing?: string | undefined;
    /** the id of a key */
    readonly keyId?: string | undefined;
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/key-roles/assign`, undefined, body);
  }

  /** Takes roles of IBM Key Protect from a principal: from the answer on they allow nothing. Needs the permission `keystead:RemovePrincipalKeyRole`. */
  removePrincipalKeyRole(principalId: string, body: {
    /** a UUID in lower case */
    readonly assignmentId: string;
  }): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/key-roles/remove`, undefined, body);
  }

  /** Switches a user off: every request of it and of its sessions that starts after the answer is refused. Needs the permission `keystead:SuspendPrincipal`. */
  suspendPrincipal(principalId: string): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/suspend`);
  }

  /** Switches a user on again, with the credentials that were not taken back. Needs the permission `keystead:ResumePrincipal`. */
  resumePrincipal(principalId: string): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/resume`);
  }

  /** Deletes a user for good, with its credentials. Its name is never given again: policies may go on naming it. Needs the permission `keystead:DeletePrincipal`. */
  deletePrincipal(principalId: string): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/delete`);
  }

  /** Makes a user of the own tenant with its policies, and a link by which the person sets up how it signs in. Needs the permission `keystead:CreatePrincipal`. */
  invitePrincipal(body: {
    /** 1 to 64 of letters, digits and + = , . @ _ - */
    readonly name: string;
    readonly policies: readonly (string)[];
  }): Promise<{
    readonly principal: Principal;
    readonly enrolment: IssuedEnrolment;
  }> {
    return this.#transport.send('POST', `/principals/invite`, undefined, body);
  }

  /** Makes a link by which a user sets up how it signs in, in place of the one that there was; with `reset` nothing else signs it in any more, from now on. Needs the permission `keystead:CreateEnrolment`. */
  createEnrolment(principalId: string, body: {
    readonly reset?: boolean | undefined;
  } = {}): Promise<IssuedEnrolment> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/enrolment`, undefined, body);
  }

  /** Lists the sign-in links of the own tenant that are open. Needs the permission `keystead:ListEnrolments`. */
  listEnrolments(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Enrolment)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/enrolments`, query);
  }

  /** Takes a sign-in link back: from the answer on it opens nothing. Needs the permission `keystead:WithdrawEnrolment`. */
  withdrawEnrolment(principalId: string): Promise<Enrolment> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/enrolment/withdraw`);
  }

  /** Shows how a user signs in, and the link that waits for it. Needs the permission `keystead:GetPrincipalSignIn`. */
  getPrincipalSignIn(principalId: string): Promise<PrincipalSignIn> {
    return this.#transport.send('GET', `/principals/${encodeURIComponent(principalId)}/sign-in`);
  }

  /** Shows how one signs in: passkeys, password, recovery codes. Of oneself: takes a console session, and no permission. */
  getOwnSignIn(): Promise<OwnSignIn> {
    return this.#transport.send('GET', `/me/sign-in`);
  }

  /** Begins to add a passkey. Of oneself: takes a console session, and no permission. */
  startAddPasskey(): Promise<{
    readonly options: PasskeyCreationOptions;
  }> {
    return this.#transport.send('POST', `/me/passkeys/start`);
  }

  /** Adds the passkey that was made. Of oneself: takes a console session, and no permission. */
  finishAddPasskey(body: {
    readonly credential: PasskeyCreation;
    readonly name?: string | undefined;
  }): Promise<OwnSignIn> {
    return this.#transport.send('POST', `/me/passkeys/finish`, undefined, body);
  }

  /** Gives a passkey another name. Of oneself: takes a console session, and no permission. */
  renamePasskey(passkeyId: string, body: {
    readonly name: string;
  }): Promise<OwnSignIn> {
    return this.#transport.send('POST', `/me/passkeys/${encodeURIComponent(passkeyId)}/rename`, undefined, body);
  }

  /** Takes a passkey away: it signs nobody in any more, and the other sessions of oneself end. The last way in stays. Of oneself: takes a console session, and no permission. */
  deletePasskey(passkeyId: string): Promise<OwnSignIn> {
    return this.#transport.send('POST', `/me/passkeys/${encodeURIComponent(passkeyId)}/delete`);
  }

  /** Takes the link to an identity provider away: it signs one in no more, and the other sessions of oneself end. The last way in stays. Of oneself: takes a console session, and no permission. */
  unlinkOwnIdentity(providerId: string): Promise<OwnSignIn> {
    return this.#transport.send('POST', `/me/identities/${encodeURIComponent(providerId)}/unlink`);
  }

  /** Begins to set up an authenticator app, for a first password or in place of another app. Of oneself: takes a console session, and no permission. */
  startSetPassword(): Promise<AuthenticatorSetup> {
    return this.#transport.send('POST', `/me/password/start`);
  }

  /** Sets the password, the authenticator app, or both; a first password takes both, and makes recovery codes. A change of what was there ends the other sessions of oneself. Of oneself: takes a console session, and no permission. */
  finishSetPassword(body: {
    readonly password?: string | undefined;
    readonly setup?: string | undefined;
    /** six digits of the authenticator app, or a recovery code */
    readonly code?: string | undefined;
  } = {}): Promise<OwnSignIn> {
    return this.#transport.send('POST', `/me/password/finish`, undefined, body);
  }

  /** Takes the password away, with the authenticator app and the recovery codes; the other sessions of oneself end. Of oneself: takes a console session, and no permission. */
  deletePassword(): Promise<OwnSignIn> {
    return this.#transport.send('POST', `/me/password/delete`);
  }

  /** Makes ten new recovery codes in place of those that are left. Of oneself: takes a console session, and no permission. */
  makeRecoveryCodes(): Promise<{
    /** each signs in once in place of a code of the app; shown in this answer and never again */
    readonly recoveryCodes: readonly (string)[];
  }> {
    return this.#transport.send('POST', `/me/recovery-codes`);
  }

  /** Proves once more who one is, by password and code, on the session that is there. Of oneself: takes a console session, and no permission. */
  reauthenticateWithPassword(body: {
    readonly password: string;
    /** six digits of the authenticator app, or a recovery code */
    readonly code: string;
  }): Promise<ConsoleSession> {
    return this.#transport.send('POST', `/me/reauthenticate/password`, undefined, body);
  }

  /** Begins to prove once more who one is, by a passkey of one. Of oneself: takes a console session, and no permission. */
  startPasskeyReauthentication(): Promise<{
    readonly options: PasskeyRequestOptions;
  }> {
    return this.#transport.send('POST', `/me/reauthenticate/passkey/start`);
  }

  /** Proves once more who one is, by what the passkey answered. Of oneself: takes a console session, and no permission. */
  finishPasskeyReauthentication(body: {
    readonly credential: PasskeyAssertion;
  }): Promise<ConsoleSession> {
    return this.#transport.send('POST', `/me/reauthenticate/passkey/finish`, undefined, body);
  }

  /** Sets the idle end of the session off again; nothing moves its last end. Of oneself: takes a console session, and no permission. */
  renewSession(): Promise<ConsoleSession> {
    return this.#transport.send('POST', `/me/session/renew`);
  }

  /** Ends the session: from the answer on it proves nobody. Of oneself: takes a console session, and no permission. */
  signOut(): Promise<ConsoleSession> {
    return this.#transport.send('POST', `/me/session/end`);
  }

  /** Lists the sessions that one has open. Of oneself: takes a console session, and no permission. */
  listOwnSessions(): Promise<{
    readonly items: readonly (ConsoleSession)[];
  }> {
    return this.#transport.send('GET', `/me/sessions`);
  }

  /** Ends another session of oneself: from the answer on it proves nobody. Of oneself: takes a console session, and no permission. */
  endOwnSession(sessionId: string): Promise<ConsoleSession> {
    return this.#transport.send('POST', `/me/sessions/${encodeURIComponent(sessionId)}/end`);
  }

  /** Lists the console sessions of the tenant that are alive; with `principalId` one user's. Needs the permission `keystead:ListSessions`. */
  listSessions(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
    /** a UUID in lower case */
    readonly principalId?: string | undefined;
  } = {}): Promise<{
    readonly items: readonly (ConsoleSession)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/sessions`, query);
  }

  /** Ends a console session of the tenant: from the answer on it proves nobody. Needs the permission `keystead:EndSession`. */
  endSession(sessionId: string): Promise<ConsoleSession> {
    return this.#transport.send('POST', `/sessions/${encodeURIComponent(sessionId)}/end`);
  }

  /** Ends every console session of a user at once. Needs the permission `keystead:EndSession`. */
  endPrincipalSessions(principalId: string): Promise<Principal> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/sessions/end`);
  }

  /** Shows how people of the own tenant may sign in, and how long their sessions last. Needs the permission `keystead:GetSignInSettings`. */
  getSignInSettings(): Promise<SignInSettings> {
    return this.#transport.send('GET', `/sign-in/settings`);
  }

  /** Says how people of the own tenant may sign in; sessions that are open end no later than the new lengths at their next renewal. Needs the permission `keystead:SetSignInSettings`. */
  setSignInSettings(body: SignInSettings): Promise<SignInSettings> {
    return this.#transport.send('POST', `/sign-in/settings`, undefined, body);
  }

  /** Has people of the own tenant sign in by an OpenID provider. Register the callback URL of the answer there. Needs the permission `keystead:CreateIdentityProvider`. */
  createIdentityProvider(body: {
    readonly name: string;
    /** as the provider calls itself, to the letter */
    readonly issuer: string;
    readonly clientId: string;
    /** kept wrapped, never shown again; none for a public client, which proves itself by PKCE alone */
    readonly clientSecret?: string | undefined;
    /** openid among them; by default openid, email, profile */
    readonly scopes?: readonly (string)[] | undefined;
    /** which claim is compared with the name of an invited user: email (which the provider must have verified; the default), preferred_username, sub */
    readonly userClaim?: 'email' | 'preferred_username' | 'sub' | undefined;
    /** domains whose people are let in; none: any */
    readonly emailDomains?: readonly (string)[] | undefined;
    /** whether a user is made for whoever the provider vouches for; by default none is */
    readonly allowNewcomers?: boolean | undefined;
    readonly newcomerPolicies?: readonly (string)[] | undefined;
    /** whether the provider must say that it asked for more than a password */
    readonly requireMultiFactor?: boolean | undefined;
    /** whether operators may sign in by it; takes an operator to say so */
    readonly forOperators?: boolean | undefined;
  }): Promise<IdentityProvider> {
    return this.#transport.send('POST', `/identity-providers`, undefined, body);
  }

  /** Lists the OpenID providers by which people of the own tenant sign in. Needs the permission `keystead:ListIdentityProviders`. */
  listIdentityProviders(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (IdentityProvider)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/identity-providers`, query);
  }

  /** Tells where an OpenID provider is to send browsers back to, before it is made here. Needs the permission `keystead:ListIdentityProviders`. */
  getIdentityProviderCallback(query: {
    /** as the provider calls itself, to the letter */
    readonly issuer: string;
  }): Promise<{
    /** what must be registered at the provider as the redirect URI */
    readonly callbackUrl: string;
  }> {
    return this.#transport.send('GET', `/identity-provider-callback`, query);
  }

  /** Describes an OpenID provider, without its client secret. Needs the permission `keystead:GetIdentityProvider`. */
  getIdentityProvider(providerId: string): Promise<IdentityProvider> {
    return this.#transport.send('GET', `/identity-providers/${encodeURIComponent(providerId)}`);
  }

  /** Changes an OpenID provider; what is left out stays. With another issuer or client the secret must be given again, or removed. Needs the permission `keystead:UpdateIdentityProvider`. */
  updateIdentityProvider(providerId: string, body: {
    readonly name?: string | undefined;
    /** as the provider calls itself, to the letter */
    readonly issuer?: string | undefined;
    readonly clientId?: string | undefined;
    /** kept wrapped, never shown again; none for a public client, which proves itself by PKCE alone */
    readonly clientSecret?: string | undefined;
    /** it is a public client from now on */
    readonly removeClientSecret?: boolean | undefined;
    /** true: browsers come back to the address of this issuer alone, which is to be registered there first; for good */
    readonly ownCallback?: boolean | undefined;
    /** openid among them; by default openid, email, profile */
    readonly scopes?: readonly (string)[] | undefined;
    /** which claim is compared with the name of an invited user: email (which the provider must have verified; the default), preferred_username, sub */
    readonly userClaim?: 'email' | 'preferred_username' | 'sub' | undefined;
    /** domains whose people are let in; none: any */
    readonly emailDomains?: readonly (string)[] | undefined;
    /** whether a user is made for whoever the provider vouches for; by default none is */
    readonly allowNewcomers?: boolean | undefined;
    readonly newcomerPolicies?: readonly (string)[] | undefined;
    /** whether the provider must say that it asked for more than a password */
    readonly requireMultiFactor?: boolean | undefined;
    /** whether operators may sign in by it; takes an operator to say so */
    readonly forOperators?: boolean | undefined;
  } = {}): Promise<IdentityProvider> {
    return this.#transport.send('POST', `/identity-providers/${encodeURIComponent(providerId)}/update`, undefined, body);
  }

  /** Lets nobody sign in by a provider any more. Needs the permission `keystead:SuspendIdentityProvider`. */
  suspendIdentityProvider(providerId: string): Promise<IdentityProvider> {
    return this.#transport.send('POST', `/identity-providers/${encodeURIComponent(providerId)}/suspend`);
  }

  /** Lets people sign in by a provider again. Needs the permission `keystead:ResumeIdentityProvider`. */
  resumeIdentityProvider(providerId: string): Promise<IdentityProvider> {
    return this.#transport.send('POST', `/identity-providers/${encodeURIComponent(providerId)}/resume`);
  }

  /** Forgets a provider and its client secret: nobody signs in by it any more. Needs the permission `keystead:DeleteIdentityProvider`. */
  deleteIdentityProvider(providerId: string): Promise<IdentityProvider> {
    return this.#transport.send('POST', `/identity-providers/${encodeURIComponent(providerId)}/delete`);
  }

  /** Asks a provider what it publishes of itself, for its keys, and whether it knows this client and its secret. Needs the permission `keystead:TestIdentityProvider`. */
  testIdentityProvider(providerId: string): Promise<IdentityProviderTest> {
    return this.#transport.send('POST', `/identity-providers/${encodeURIComponent(providerId)}/test`);
  }

  /** Takes the link between a user and an identity provider away, and ends all sessions of the user. An open sign-in link lets it be linked anew. Needs the permission `keystead:UnlinkIdentity`. */
  unlinkPrincipalIdentity(principalId: string, providerId: string): Promise<{
    readonly links: readonly ({
      /** a UUID in lower case */
      readonly providerId: string;
      readonly issuer: string;
      readonly subject: string;
      /** UTC, RFC 3339 */
      readonly linkedAt: string;
    })[];
  }> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/identities/${encodeURIComponent(providerId)}/unlink`);
  }

  /** Makes a policy of the own tenant, to be attached to users and roles. Needs the permission `keystead:CreatePolicy`. */
  createPolicy(body: {
    readonly name: string;
    /** the JSON text of the policy */
    readonly document: string;
    readonly description?: string | undefined;
  }): Promise<Policy> {
    return this.#transport.send('POST', `/policies`, undefined, body);
  }

  /** Lists the policies of the own tenant: the built-in ones, then those that it has made. Needs the permission `keystead:ListPolicies`. */
  listPolicies(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Policy)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/policies`, query);
  }

  /** Lists every action that requests of any protocol ask for: what a policy can allow or deny. Needs the permission `keystead:ListPolicies`. */
  listActions(): Promise<{
    /** sorted */
    readonly actions: readonly (string)[];
  }> {
    return this.#transport.send('GET', `/actions`);
  }

  /** Shows a policy: a built-in one, or one of the own tenant. Needs the permission `keystead:GetPolicy`. */
  getPolicy(policy: string): Promise<Policy> {
    return this.#transport.send('GET', `/policies/${encodeURIComponent(policy)}`);
  }

  /** Changes the document or the description of a policy: it counts from the next request of everybody who has it. Needs the permission `keystead:UpdatePolicy`. */
  updatePolicy(policy: string, body: {
    /** the JSON text of the policy */
    readonly document?: string | undefined;
    readonly description?: string | undefined;
  } = {}): Promise<Policy> {
    return this.#transport.send('POST', `/policies/${encodeURIComponent(policy)}/update`, undefined, body);
  }

  /** Deletes a policy that nobody has. Needs the permission `keystead:DeletePolicy`. */
  deletePolicy(policy: string): Promise<Policy> {
    return this.#transport.send('POST', `/policies/${encodeURIComponent(policy)}/delete`);
  }

  /** Makes a role of the own tenant: who may assume it, and for how long. Its policies are attached afterwards. Needs the permission `keystead:CreateRole`. */
  createRole(body: {
    /** 1 to 64 of letters, digits and + = , . @ _ - */
    readonly name: string;
    /** the JSON text of the policy */
    readonly trustPolicy: string;
    readonly description?: string | undefined;
    /** how long a session may last at most */
    readonly maxSessionSeconds?: number | undefined;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles`, undefined, body);
  }

  /** Lists the roles of the own tenant. Needs the permission `keystead:ListRoles`. */
  listRoles(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Role)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/roles`, query);
  }

  /** Shows a role of the own tenant. Needs the permission `keystead:GetRole`. */
  getRole(role: string): Promise<Role> {
    return this.#transport.send('GET', `/roles/${encodeURIComponent(role)}`);
  }

  /** Lists the policies that belong to a role alone, with their texts. Needs the permission `keystead:GetRole`. */
  listRoleInlinePolicies(role: string): Promise<{
    readonly items: readonly (InlinePolicy)[];
  }> {
    return this.#transport.send('GET', `/roles/${encodeURIComponent(role)}/inline-policies`);
  }

  /** Attaches a policy to a role: a built-in one, or one of the tenant. Needs the permission `keystead:AttachRolePolicy`. */
  attachRolePolicy(role: string, body: {
    readonly policy: string;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/policies/attach`, undefined, body);
  }

  /** Takes a policy from a role: from the answer on it allows and denies nothing there. Needs the permission `keystead:DetachRolePolicy`. */
  detachRolePolicy(role: string, body: {
    readonly policy: string;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/policies/detach`, undefined, body);
  }

  /** Gives a role a policy that belongs to it alone, in place of the one of that name. Needs the permission `keystead:PutRoleInlinePolicy`. */
  putRoleInlinePolicy(role: string, body: {
    readonly name: string;
    /** the JSON text of the policy */
    readonly document: string;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/inline-policies/put`, undefined, body);
  }

  /** Takes a policy away that belongs to a role alone. Needs the permission `keystead:DeleteRoleInlinePolicy`. */
  deleteRoleInlinePolicy(role: string, body: {
    readonly name: string;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/inline-policies/delete`, undefined, body);
  }

  /** Sets tags of a role: policies may ask for them. Needs the permission `keystead:TagRole`. */
  tagRole(role: string, body: {
    readonly tags: readonly ({
      readonly key: string;
      readonly value: string;
    })[];
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/tags/set`, undefined, body);
  }

  /** Takes tags from a role. Needs the permission `keystead:UntagRole`. */
  untagRole(role: string, body: {
    readonly keys: readonly (string)[];
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/tags/delete`, undefined, body);
  }

  /** Gives a role roles of IBM Key Protect: over all instances, one of them, a key ring or a key. Needs the permission `keystead:AssignRoleKeyRole`. */
  assignRoleKeyRole(role: string, body: {
    readonly roles: readonly ('Reader' | 'ReaderPlus' | 'Writer' | 'Manager' | 'KeyPurge' | 'KmipAdapterManager' | 'Viewer' | 'Operator' | 'Editor' | 'Administrator')[];
    /** a region such as us-east-1 */
    readonly region?: string | undefined;
    /** the id of a key ring */
    readonly keyRing?: string | undefined;
    /** the id of a key */
    readonly keyId?: string | undefined;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/key-roles/assign`, undefined, body);
  }

  /** Takes roles of IBM Key Protect from a role: from the answer on they allow nothing. Needs the permission `keystead:RemoveRoleKeyRole`. */
  removeRoleKeyRole(role: string, body: {
    /** a UUID in lower case */
    readonly assignmentId: string;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/key-roles/remove`, undefined, body);
  }

  /** Says anew who may assume a role. Sessions that are open go on: see revokeRoleSessions. Needs the permission `keystead:SetRoleTrust`. */
  setRoleTrust(role: string, body: {
    /** the JSON text of the policy */
    readonly trustPolicy: string;
  }): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/trust`, undefined, body);
  }

  /** Changes the description of a role, or how long its sessions may last. Needs the permission `keystead:UpdateRole`. */
  updateRole(role: string, body: {
    readonly description?: string | undefined;
    /** how long a session may last at most */
    readonly maxSessionSeconds?: number | undefined;
  } = {}): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/update`, undefined, body);
  }

  /** Ends every session of a role that is open: requests of theirs that start after the answer are refused. Needs the permission `keystead:RevokeRoleSessions`. */
  revokeRoleSessions(role: string): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/revoke-sessions`);
  }

  /** Deletes a role for good, with its sessions. Its name is never given again: policies may go on naming it. Needs the permission `keystead:DeleteRole`. */
  deleteRole(role: string): Promise<Role> {
    return this.#transport.send('POST', `/roles/${encodeURIComponent(role)}/delete`);
  }

  /** Lists the keys that sign bearer tokens; none before the first token was asked for. Needs the permission `installation:ListTokenSigningKeys`. */
  listTokenSigningKeys(): Promise<{
    readonly items: readonly (TokenSigningKey)[];
  }> {
    return this.#transport.send('GET', `/token-signing-keys`);
  }

  /** Makes a key that signs bearer tokens from now on. Tokens of the one before count until they end. Needs the permission `installation:RotateTokenSigningKey`. */
  rotateTokenSigningKey(): Promise<{
    readonly items: readonly (TokenSigningKey)[];
  }> {
    return this.#transport.send('POST', `/token-signing-keys/rotate`);
  }

  /** Takes a key away that signs bearer tokens, or did: its tokens are refused from the answer on. Another takes its place. Needs the permission `installation:RevokeTokenSigningKey`. */
  revokeTokenSigningKey(keyId: string): Promise<{
    readonly items: readonly (TokenSigningKey)[];
  }> {
    return this.#transport.send('POST', `/token-signing-keys/${encodeURIComponent(keyId)}/revoke`);
  }

  /** Registers a service: a program that acts for tenants where their policies or grants name it, hosted by the own tenant. Needs the permission `installation:CreateService`. */
  createService(body: {
    /** the name of a service: in lower case with a dot, such as backup.example.com */
    readonly name: string;
  }): Promise<Service> {
    return this.#transport.send('POST', `/services`, undefined, body);
  }

  /** Lists the services of the installation. Needs the permission `installation:ListServices`. */
  listServices(): Promise<{
    readonly items: readonly (Service)[];
  }> {
    return this.#transport.send('GET', `/services`);
  }

  /** Switches a service off in every tenant: every request of it and of its sessions that starts after the answer is refused. Needs the permission `installation:SuspendService`. */
  suspendService(service: string): Promise<Service> {
    return this.#transport.send('POST', `/services/${encodeURIComponent(service)}/suspend`);
  }

  /** Switches a service on again. Needs the permission `installation:ResumeService`. */
  resumeService(service: string): Promise<Service> {
    return this.#transport.send('POST', `/services/${encodeURIComponent(service)}/resume`);
  }

  /** Issues an access key of a service, or an API key for the API of IBM Key Protect. Needs the permission `installation:CreateServiceCredential`. */
  createServiceCredential(service: string, body: {
    readonly type?: 'access-key' | 'api-key' | undefined;
    /** when it ends by itself */
    readonly expiresAt?: string | undefined;
  } = {}): Promise<IssuedCredential> {
    return this.#transport.send('POST', `/services/${encodeURIComponent(service)}/credentials`, undefined, body);
  }

  /** Lets a service use keys of the own tenant, as roles of IBM Key Protect say, and register what they protect. Needs the permission `keystead:CreateAuthorization`. */
  createAuthorization(body: {
    /** the name of a service: in lower case with a dot, such as backup.example.com */
    readonly service: string;
    readonly roles: readonly ('Reader' | 'ReaderPlus' | 'Writer' | 'Manager' | 'KeyPurge' | 'KmipAdapterManager')[];
    /** a region such as us-east-1 */
    readonly region?: string | undefined;
    /** the id of a key ring */
    readonly keyRing?: string | undefined;
    /** the id of a key */
    readonly keyId?: string | undefined;
  }): Promise<Authorization> {
    return this.#transport.send('POST', `/authorizations`, undefined, body);
  }

  /** Lists what the own tenant has authorized services to. Needs the permission `keystead:ListAuthorizations`. */
  listAuthorizations(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Authorization)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/authorizations`, query);
  }

  /** Takes an authorization back: every request of the service that starts after the answer goes without it. Needs the permission `keystead:DeleteAuthorization`. */
  deleteAuthorization(authorizationId: string): Promise<Authorization> {
    return this.#transport.send('POST', `/authorizations/${encodeURIComponent(authorizationId)}/delete`);
  }

  /** Has a service told what becomes of the keys that it registered, by signed messages to an address; the secret is shown when it is made. Needs the permission `installation:SetServiceEvents`. */
  setServiceEvents(service: string, body: {
    /** https://..., or http:// of this machine */
    readonly url: string;
    /** makes another secret; for 24 hours the one before signs as well */
    readonly newSecret?: boolean | undefined;
  }): Promise<ServiceEvents> {
    return this.#transport.send('POST', `/services/${encodeURIComponent(service)}/events`, undefined, body);
  }

  /** Has a service told no more. What waits for it is kept for a week, in case it is given an address again. Needs the permission `installation:SetServiceEvents`. */
  stopServiceEvents(service: string): Promise<ServiceEvents> {
    return this.#transport.send('POST', `/services/${encodeURIComponent(service)}/stop-events`);
  }

  /** Lists what services were told of a key, whether they have it, and who is late; oldest first. Needs the permission `kms:ListKeyEvents`. */
  listKeyEvents(region: string, keyId: string): Promise<{
    readonly items: readonly (LifecycleEvent)[];
  }> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/events`);
  }

  /** Lists the resources that services registered with a key: while there are any, it is not deleted. Needs the permission `kms:ListRegistrations`. */
  listKeyRegistrations(region: string, keyId: string): Promise<{
    readonly items: readonly (Registration)[];
  }> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/registrations`);
  }

  /** Issues a credential: an access key, a session that ends by itself, or an API key. Needs the permission `keystead:CreateCredential`. */
  createCredential(principalId: string, body: {
    readonly type: 'access-key' | 'session' | 'api-key';
    /** for a session, and only there */
    readonly lifetimeSeconds?: number | undefined;
    /** when an access key or an API key ends, and only there */
    readonly expiresAt?: string | undefined;
    readonly description?: string | undefined;
    /** names of policies: it may do what its user may and they allow; none: whatever its user may. It proves nobody any more once one of them is deleted */
    readonly scopes?: readonly (string)[] | undefined;
  }): Promise<IssuedCredential> {
    return this.#transport.send('POST', `/principals/${encodeURIComponent(principalId)}/credentials`, undefined, body);
  }

  /** Issues an access key of the account itself, which no policy of the tenant bounds but those of keys. Needs the permission `keystead:CreateRootCredential`. */
  createRootCredential(): Promise<IssuedCredential> {
    return this.#transport.send('POST', `/root/credentials`);
  }

  /** Lists the credentials of the own tenant, without their secrets: all, or those that fit the query. A page may have fewer than there are in it for want of a fit. Needs the permission `keystead:ListCredentials`. */
  listCredentials(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
    /** a UUID in lower case */
    readonly principal?: string | undefined;
    readonly type?: 'access-key' | 'session' | 'api-key' | undefined;
    /** inactive: nobody suspended it, but its time is over, or its user, its role, a scope or what opened it was taken back */
    readonly state?: 'active' | 'suspended' | 'inactive' | undefined;
    /** those that proved no request since then; one that is younger is none of them */
    readonly unusedSince?: string | undefined;
    /** those that end by themselves before then */
    readonly expiringBefore?: string | undefined;
  } = {}): Promise<{
    readonly items: readonly (Credential)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/credentials`, query);
  }

  /** Takes a credential back: every request that starts after the answer is refused. Needs the permission `keystead:SuspendCredential`. */
  suspendCredential(credentialId: string): Promise<Credential> {
    return this.#transport.send('POST', `/credentials/${encodeURIComponent(credentialId)}/suspend`);
  }

  /** Takes a credential back and forgets it: every request that starts after the answer is refused. Needs the permission `keystead:DeleteCredential`. */
  deleteCredential(credentialId: string): Promise<Credential> {
    return this.#transport.send('POST', `/credentials/${encodeURIComponent(credentialId)}/delete`);
  }

  /** Makes a key that the principals of the tenant may use as their own policies allow. Needs the permission `kms:CreateKey`. */
  createKey(region: string, body: {
    /** our name or that of AWS: ec-p256, ECC_NIST_P256 */
    readonly spec?: 'aes-256' | 'SYMMETRIC_DEFAULT' | 'rsa-2048' | 'RSA_2048' | 'rsa-3072' | 'RSA_3072' | 'rsa-4096' | 'RSA_4096' | 'ec-p256' | 'ECC_NIST_P256' | 'ec-p384' | 'ECC_NIST_P384' | 'ec-p521' | 'ECC_NIST_P521' | 'ec-secp256k1' | 'ECC_SECG_P256K1' | 'ed25519' | 'ECC_NIST_EDWARDS25519' | 'hmac-224' | 'HMAC_224' | 'hmac-256' | 'HMAC_256' | 'hmac-384' | 'HMAC_384' | 'hmac-512' | 'HMAC_512' | 'ml-dsa-44' | 'ML_DSA_44' | 'ml-dsa-65' | 'ML_DSA_65' | 'ml-dsa-87' | 'ML_DSA_87' | 'ml-kem-512' | 'ML_KEM_512' | 'ml-kem-768' | 'ML_KEM_768' | 'ml-kem-1024' | 'ML_KEM_1024' | 'sm2' | 'SM2' | undefined;
    /** needed where keys of the spec can have more than one */
    readonly usage?: 'encrypt-decrypt' | 'ENCRYPT_DECRYPT' | 'sign-verify' | 'SIGN_VERIFY' | 'key-agreement' | 'KEY_AGREEMENT' | 'generate-verify-mac' | 'GENERATE_VERIFY_MAC' | 'encapsulate-decapsulate' | 'ENCAPSULATE_DECAPSULATE' | undefined;
    /** imported: it waits for your material */
    readonly origin?: 'generated' | 'imported' | undefined;
    /** whether it may get replicas in other regions */
    readonly multiRegion?: boolean | undefined;
    /** what people call it; need not be unique; 2 to 90 characters */
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly aliases?: readonly (string)[] | undefined;
    readonly tags?: readonly ({
      readonly key: string;
      readonly value: string;
    })[] | undefined;
    /** absent: the default one */
    readonly keyRing?: string | undefined;
    /** when its time to protect data is over, for good */
    readonly expiresAt?: string | undefined;
  } = {}): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys`, undefined, body);
  }

  /** Lists the keys of a region, those alone that fit what is asked. A page may have fewer than its limit. Needs the permission `kms:ListKeys`. */
  listKeys(region: string, query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
    /** in id, name, alias or description, whatever the case */
    readonly text?: string | undefined;
    readonly state?: 'enabled' | 'disabled' | 'deactivated' | 'pending-import' | 'unavailable' | 'pending-deletion' | 'pending-replica-deletion' | 'deleted' | 'gone' | undefined;
    /** our name or that of AWS */
    readonly spec?: 'aes-256' | 'SYMMETRIC_DEFAULT' | 'rsa-2048' | 'RSA_2048' | 'rsa-3072' | 'RSA_3072' | 'rsa-4096' | 'RSA_4096' | 'ec-p256' | 'ECC_NIST_P256' | 'ec-p384' | 'ECC_NIST_P384' | 'ec-p521' | 'ECC_NIST_P521' | 'ec-secp256k1' | 'ECC_SECG_P256K1' | 'ed25519' | 'ECC_NIST_EDWARDS25519' | 'hmac-224' | 'HMAC_224' | 'hmac-256' | 'HMAC_256' | 'hmac-384' | 'HMAC_384' | 'hmac-512' | 'HMAC_512' | 'ml-dsa-44' | 'ML_DSA_44' | 'ml-dsa-65' | 'ML_DSA_65' | 'ml-dsa-87' | 'ML_DSA_87' | 'ml-kem-512' | 'ML_KEM_512' | 'ml-kem-768' | 'ML_KEM_768' | 'ml-kem-1024' | 'ML_KEM_1024' | 'sm2' | 'SM2' | 'aes-128' | 'AES_128' | 'aes-192' | 'AES_192' | 'secret' | 'SECRET' | undefined;
    readonly usage?: 'encrypt-decrypt' | 'sign-verify' | 'key-agreement' | 'generate-verify-mac' | 'encapsulate-decapsulate' | 'store' | undefined;
    readonly origin?: 'generated' | 'imported' | 'remote' | 'hsm' | undefined;
    readonly keyRing?: string | undefined;
    /** KEY, or KEY=VALUE */
    readonly tag?: string | undefined;
  } = {}): Promise<{
    readonly items: readonly (KeySummary)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys`, query);
  }

  /** Shows a key with its versions; for imported material with its key check value. Needs the permission `kms:DescribeKey`. */
  getKey(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}`);
  }

  /** Switches a key on. Needs the permission `kms:EnableKey`. */
  enableKey(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/enable`);
  }

  /** Switches a key off: every use that starts after the answer is refused. Needs the permission `kms:DisableKey`. */
  disableKey(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/disable`);
  }

  /** Makes new material the current one; the material before goes on to decrypt. Needs the permission `kms:RotateKeyOnDemand`. */
  rotateKey(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/rotate`);
  }

  /** Has a key rotated by itself every so many days, with its relatives in other regions. Needs the permission `kms:EnableKeyRotation`. */
  enableKeyRotation(region: string, keyId: string, body: {
    readonly periodDays?: number | undefined;
  } = {}): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/enable-rotation`, undefined, body);
  }

  /** Ends the automatic rotation of a key. What it has of material stays. Needs the permission `kms:DisableKeyRotation`. */
  disableKeyRotation(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/disable-rotation`);
  }

  /** Lets a key go after a waiting period, during which it works for nothing but can be called back. Needs the permission `kms:ScheduleKeyDeletion`. */
  scheduleKeyDeletion(region: string, keyId: string, body: {
    readonly windowDays?: number | undefined;
  } = {}): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/schedule-deletion`, undefined, body);
  }

  /** Calls a key back from its deletion. It is switched off then. Needs the permission `kms:CancelKeyDeletion`. */
  cancelKeyDeletion(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/cancel-deletion`);
  }

  /** Authorises the deletion of a key that two people delete: for seven days another one may carry it out. Needs the permission `kms:AuthorizeKeyDeletion`. */
  authorizeKeyDeletion(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/authorize-deletion`);
  }

  /** Takes the authorisation of a deletion back, whoever gave it. Needs the permission `kms:AuthorizeKeyDeletion`. */
  withdrawKeyAuthorization(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/withdraw-authorization`);
  }

  /** Has a key deleted by two people from now on, which stays so for good. Needs the permission `kms:SetDualAuthorization`. */
  requireTwoPeople(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/require-two-people`);
  }

  /** Deletes a key at once: it works for nothing any more, and can be restored for 30 days. Needs the permission `kms:ScheduleKeyDeletion`. */
  deleteKey(region: string, keyId: string, body: {
    /** although resources are registered with it: these are let go */
    readonly force?: boolean | undefined;
  } = {}): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/delete`, undefined, body);
  }

  /** Takes a deleted key back, with everything that it had. It is switched on then. Needs the permission `kms:CancelKeyDeletion`. */
  restoreKey(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/restore`);
  }

  /** Ends a key for good that was deleted 4 hours ago or earlier: its material is destroyed. Needs the permission `kms:PurgeKey`. */
  purgeKey(region: string, keyId: string): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/purge`);
  }

  /** Gives a key a name that is not taken in its region. Needs the permission `kms:CreateAlias`. */
  createKeyAlias(region: string, keyId: string, body: {
    /** alias/ and up to 250 of letters, digits, / _ - */
    readonly alias: string;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/aliases`, undefined, body);
  }

  /** Takes a name from a key. Who uses the key by that name is refused from then on. Needs the permission `kms:DeleteAlias`. */
  deleteKeyAlias(region: string, keyId: string, body: {
    /** alias/ and up to 250 of letters, digits, / _ - */
    readonly alias: string;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/aliases/delete`, undefined, body);
  }

  /** Moves a name from the key that has it to this one: who uses the name uses this key from then on. Needs the permission `kms:UpdateAlias`. */
  moveKeyAlias(region: string, keyId: string, body: {
    /** alias/ and up to 250 of letters, digits, / _ - */
    readonly alias: string;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/aliases/move`, undefined, body);
  }

  /** Sets what is written to a key for people. Needs the permission `kms:UpdateKeyDescription`. */
  updateKeyDescription(region: string, keyId: string, body: {
    readonly description: string;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/description`, undefined, body);
  }

  /** Adds tags to a key; a tag that is there already gets the new value. Needs the permission `kms:TagResource`. */
  tagKey(region: string, keyId: string, body: {
    readonly tags: readonly ({
      readonly key: string;
      readonly value: string;
    })[];
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/tags`, undefined, body);
  }

  /** Takes tags from a key; those that it has not are passed over. Needs the permission `kms:UntagResource`. */
  untagKey(region: string, keyId: string, body: {
    readonly tagKeys: readonly (string)[];
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/tags/delete`, undefined, body);
  }

  /** Shows the policy of a key. Needs the permission `kms:GetKeyPolicy`. */
  getKeyPolicy(region: string, keyId: string): Promise<KeyPolicy> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/policy`);
  }

  /** Sets the policy of a key. It counts for every request that starts after the answer. Needs the permission `kms:PutKeyPolicy`. */
  setKeyPolicy(region: string, keyId: string, body: {
    /** JSON in the policy language of AWS */
    readonly policy: string;
    /** although you could not change it again yourself */
    readonly allowLockout?: boolean | undefined;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/policy`, undefined, body);
  }

  /** Tells what would be refused of a policy for a key, and what in it means nothing, without setting it. Needs the permission `kms:PutKeyPolicy`. */
  checkKeyPolicy(region: string, keyId: string, body: {
    /** JSON in the policy language of AWS */
    readonly policy: string;
    /** although you could not change it again yourself */
    readonly allowLockout?: boolean | undefined;
  }): Promise<{
    /** none: it can be set */
    readonly problems: readonly (KeyPolicyProblem)[];
    /** actions of it that no request here asks for, mistyped maybe: nothing follows from them */
    readonly unknownActions?: readonly (string)[] | undefined;
  }> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/policy/check`, undefined, body);
  }

  /** Shows the public half of a pair, for whoever verifies or encrypts without asking the server. Needs the permission `kms:GetPublicKey`. */
  getPublicKey(region: string, keyId: string): Promise<PublicKey> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/public-key`);
  }

  /** Lists how material for a key can be wrapped on its way. Needs the permission `kms:DescribeKey`. */
  listImportWrappings(region: string, keyId: string): Promise<{
    readonly items: readonly (ImportWrapping)[];
  }> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/import-wrappings`);
  }

  /** Makes a wrapping key for the material of a key, and the token that goes back with it: for a day. Needs the permission `kms:GetParametersForImport`. */
  getImportParameters(region: string, keyId: string, body: {
    /** as the AWS KMS API names it */
    readonly wrappingAlgorithm: 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256' | 'RSA_AES_KEY_WRAP_SHA_1' | 'RSA_AES_KEY_WRAP_SHA_256' | 'SM2PKE';
    readonly wrappingKeySpec: 'RSA_2048' | 'RSA_3072' | 'RSA_4096' | 'SM2';
  }): Promise<ImportParameters> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/import-parameters`, undefined, body);
  }

  /** Takes in the material of a key, wrapped under its wrapping key. Compare the check value with your own. Needs the permission `kms:ImportKeyMaterial`. */
  importKeyMaterial(region: string, keyId: string, body: {
    /** that of the wrapping key; base64 */
    readonly importToken: string;
    /** the wrapped material; base64 */
    readonly encryptedKeyMaterial: string;
    /** when the material is forgotten, within a year; absent: never */
    readonly expiresAt?: string | undefined;
    /** new: to rotate to; existing: what the key had. Absent: new for a key without material */
    readonly kind?: 'new' | 'existing' | undefined;
    /** the id of a material */
    readonly materialId?: string | undefined;
    readonly materialDescription?: string | undefined;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/import-material`, undefined, body);
  }

  /** Forgets imported material at once: the key works for nothing until the same is imported again. Needs the permission `kms:DeleteImportedKeyMaterial`. */
  deleteKeyMaterial(region: string, keyId: string, body: {
    /** absent: the current material */
    readonly materialId?: string | undefined;
  } = {}): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/delete-material`, undefined, body);
  }

  /** Makes an import token for any keys of a region, in place of the one there is: the way of IBM Key Protect. Needs the permission `kms:CreateImportToken`. */
  createImportToken(region: string, body: {
    readonly lifetimeSeconds?: number | undefined;
    readonly maxRetrievals?: number | undefined;
  } = {}): Promise<InstanceImportToken> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/import-token`, undefined, body);
  }

  /** Reads the import token of a region, which counts: its wrapping key, and the nonce that proves the reading. Needs the permission `kms:GetImportToken`. */
  retrieveImportToken(region: string): Promise<RetrievedImportToken> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/import-token/retrieve`);
  }

  /** Makes an AES key out of material under the import token of the region: the way of IBM Key Protect. Needs the permission `kms:CreateKey`. */
  importKey(region: string, body: {
    /** what people call it; need not be unique; 2 to 90 characters */
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly aliases?: readonly (string)[] | undefined;
    readonly tags?: readonly ({
      readonly key: string;
      readonly value: string;
    })[] | undefined;
    /** absent: the default one */
    readonly keyRing?: string | undefined;
    /** when its time to protect data is over, for good */
    readonly expiresAt?: string | undefined;
    /** by RSAES_OAEP_SHA_256 under the wrapping key; base64 */
    readonly encryptedKeyMaterial: string;
    /** the nonce under the material, by AES-GCM, the tag behind it; base64 */
    readonly encryptedNonce: string;
    /** that of the nonce, 12 bytes; base64 */
    readonly iv: string;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/import`, undefined, body);
  }

  /** Stores a secret, or makes one of 32 bytes: what IBM Key Protect calls a standard key. It can be read again. Needs the permission `kms:CreateKey`. */
  createSecret(region: string, body: {
    /** what people call it; need not be unique; 2 to 90 characters */
    readonly name?: string | undefined;
    readonly description?: string | undefined;
    readonly aliases?: readonly (string)[] | undefined;
    readonly tags?: readonly ({
      readonly key: string;
      readonly value: string;
    })[] | undefined;
    /** absent: the default one */
    readonly keyRing?: string | undefined;
    /** when its time to protect data is over, for good */
    readonly expiresAt?: string | undefined;
    /** the secret, 1 to 7500 bytes; absent: one is made; base64 */
    readonly value?: string | undefined;
  } = {}): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/secrets`, undefined, body);
  }

  /** Reads a stored secret. Of every other key the material never leaves. Needs the permission `kms:ReadKey`. */
  readSecret(region: string, keyId: string): Promise<SecretValue> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/read-secret`);
  }

  /** Makes a related key in another region, with the same id and material: each opens what the other encrypted. Needs the permission `kms:ReplicateKey`. */
  replicateKey(region: string, keyId: string, body: {
    /** the region that is to have it */
    readonly region: string;
    readonly description?: string | undefined;
    readonly tags?: readonly ({
      readonly key: string;
      readonly value: string;
    })[] | undefined;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/replicate`, undefined, body);
  }

  /** Makes the replica in another region the primary key, from which it is rotated and replicated. Needs the permission `kms:UpdatePrimaryRegion`. */
  setPrimaryRegion(region: string, keyId: string, body: {
    /** that of the replica */
    readonly region: string;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/primary-region`, undefined, body);
  }

  /** Lists the key rings of a region, the default one first. Needs the permission `kms:ListKeyRings`. */
  listKeyRings(region: string): Promise<{
    readonly items: readonly (KeyRing)[];
  }> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/key-rings`);
  }

  /** Makes a key ring: a group of keys over which rights are given. Needs the permission `kms:CreateKeyRing`. */
  createKeyRing(region: string, body: {
    /** the name of a key ring: 2 to 100 letters, digits and hyphens */
    readonly keyRing: string;
  }): Promise<KeyRing> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/key-rings`, undefined, body);
  }

  /** Deletes a key ring that holds no key; by force, one that holds deleted keys alone, which go to the default one. Needs the permission `kms:DeleteKeyRing`. */
  deleteKeyRing(region: string, keyRing: string, body: {
    readonly force?: boolean | undefined;
  } = {}): Promise<KeyRing> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/key-rings/${encodeURIComponent(keyRing)}/delete`, undefined, body);
  }

  /** Puts a key into another key ring. Rights over rings count for it from then on as they do there. Needs the permission `kms:MoveKey`. */
  moveKeyToRing(region: string, keyId: string, body: {
    /** the name of a key ring: 2 to 100 letters, digits and hyphens */
    readonly keyRing: string;
  }): Promise<Key> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/key-ring`, undefined, body);
  }

  /** Gives somebody rights on a key, until the grant is retired or revoked. Needs the permission `kms:CreateGrant`. */
  createGrant(region: string, keyId: string, body: {
    /** the ARN of a principal, the id of an account, or the name of a service */
    readonly grantee: string;
    /** the ARN of a principal, the id of an account, or the name of a service */
    readonly retiring?: string | undefined;
    readonly operations: readonly ('Decrypt' | 'Encrypt' | 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext' | 'ReEncryptFrom' | 'ReEncryptTo' | 'Sign' | 'Verify' | 'GetPublicKey' | 'CreateGrant' | 'RetireGrant' | 'DescribeKey' | 'GenerateDataKeyPair' | 'GenerateDataKeyPairWithoutPlaintext' | 'GenerateMac' | 'VerifyMac' | 'DeriveSharedSecret' | 'Decapsulate' | 'Encapsulate')[];
    readonly constraints?: GrantConstraints | undefined;
    /** a request with the same name and members finds the grant that it made before */
    readonly name?: string | undefined;
  }): Promise<Grant> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/grants`, undefined, body);
  }

  /** Lists the grants of a key, all or those of one grantee. Needs the permission `kms:ListGrants`. */
  listGrants(region: string, keyId: string, query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
    /** the ARN of a principal, the id of an account, or the name of a service */
    readonly grantee?: string | undefined;
  } = {}): Promise<{
    readonly items: readonly (Grant)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/grants`, query);
  }

  /** Takes a grant away, by the word of whoever administers the key. Needs the permission `kms:RevokeGrant`. */
  revokeGrant(region: string, keyId: string, grantId: string): Promise<Grant> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/keys/${encodeURIComponent(keyId)}/grants/${encodeURIComponent(grantId)}/revoke`);
  }

  /** Takes a grant away, by the word of whom the grant itself names, or of the account. Needs the permission `kms:RetireGrant`. */
  retireGrant(region: string, grantId: string): Promise<Grant> {
    return this.#transport.send('POST', `/regions/${encodeURIComponent(region)}/grants/${encodeURIComponent(grantId)}/retire`);
  }

  /** Makes a backup environment, once storage and master key were seen to work together. Needs the permission `keystead:CreateEnvironment`. */
  createEnvironment(body: {
    readonly label: string;
    readonly storage: StorageInput;
    /** always true: there is no unencrypted format */
    readonly encryptAutomatically: boolean;
    /** AES-256: under a key that the operator of this server keeps, who could read; it takes no master key */
    readonly encryption?: 'AES-256' | 'AWS-KMS' | 'IBM Key Protect' | 'Keystead' | undefined;
    readonly masterKey?: MasterKeyInput | undefined;
    /** further master keys that open the same backups */
    readonly recipients?: readonly (MasterKeyInput)[] | undefined;
  }): Promise<CreatedEnvironment> {
    return this.#transport.send('POST', `/environments`, undefined, body);
  }

  /** Lists the backup environments of the own tenant. Needs the permission `keystead:ListEnvironments`. */
  listEnvironments(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Environment)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/environments`, query);
  }

  /** Looks at what an environment would stand on, says what it found, and keeps nothing. Needs the permission `keystead:CreateEnvironment`. */
  preflightEnvironment(body: {
    readonly label: string;
    readonly storage: StorageInput;
    /** always true: there is no unencrypted format */
    readonly encryptAutomatically: boolean;
    /** AES-256: under a key that the operator of this server keeps, who could read; it takes no master key */
    readonly encryption?: 'AES-256' | 'AWS-KMS' | 'IBM Key Protect' | 'Keystead' | undefined;
    readonly masterKey?: MasterKeyInput | undefined;
    /** further master keys that open the same backups */
    readonly recipients?: readonly (MasterKeyInput)[] | undefined;
  }): Promise<{
    readonly checks: readonly (EnvironmentCheck)[];
  }> {
    return this.#transport.send('POST', `/environments/preflight`, undefined, body);
  }

  /** Writes the least that an environment needs of its master key's policy, of its bucket's, of a role's trust. Needs the permission `keystead:GetEnvironment`. */
  getVaultPolicy(query: {
    /** key: the master key's; storage: the bucket's; trust: of the role that either is reached by */
    readonly for: 'key' | 'storage' | 'trust';
    /** by default as the key or the storage says, else aws */
    readonly language?: 'aws' | 'ibm' | undefined;
    /** by default all of them, as this server needs it for all its work */
    readonly role?: 'writer' | 'reader' | 'maintenance' | undefined;
    /** a UUID in lower case */
    readonly environmentId?: string | undefined;
    /** whom to allow: an ARN, or an IAM id of IBM Cloud */
    readonly principal?: string | undefined;
    /** the ARN or CRN of the master key */
    readonly key?: string | undefined;
    /** the name of the bucket */
    readonly bucket?: string | undefined;
    /** where in the bucket */
    readonly prefix?: string | undefined;
    /** the instance of IBM Cloud Object Storage that has the bucket */
    readonly instance?: string | undefined;
  }): Promise<VaultPolicy> {
    return this.#transport.send('GET', `/vault-policies`, query);
  }

  /** Makes an environment around a vault that lies in a storage and that this server knows nothing of: its snapshots are listed and restored from there, new backups go to a storage of their own. Needs the permission `keystead:CreateEnvironment`. */
  importEnvironment(body: {
    readonly label: string;
    readonly storage: StorageInput;
    /** always true: there is no unencrypted format */
    readonly encryptAutomatically: boolean;
    /** AES-256: under a key that the operator of this server keeps, who could read; it takes no master key */
    readonly encryption?: 'AES-256' | 'AWS-KMS' | 'IBM Key Protect' | 'Keystead' | undefined;
    readonly masterKey?: MasterKeyInput | undefined;
    /** further master keys that open the same backups */
    readonly recipients?: readonly (MasterKeyInput)[] | undefined;
    readonly from: StorageInput;
    /** who must have made the vault, as its environment showed it */
    readonly writerId?: string | undefined;
  }): Promise<ImportedEnvironment> {
    return this.#transport.send('POST', `/environments/import`, undefined, body);
  }

  /** Shows a backup environment. Needs the permission `keystead:GetEnvironment`. */
  getEnvironment(environmentId: string): Promise<Environment> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}`);
  }

  /** Changes the label of an environment, or how its bucket is reached and locked, once that was seen to work. Needs the permission `keystead:UpdateEnvironment`. */
  updateEnvironment(environmentId: string, body: {
    readonly label?: string | undefined;
    readonly credentials?: AwsCredentialsInput | undefined;
    readonly objectLock?: {
      readonly mode: 'governance' | 'compliance';
      readonly days: number;
    } | undefined;
    /** true: what is written from now on is not locked; what is locked stays so */
    readonly noObjectLock?: boolean | undefined;
  } = {}): Promise<EnvironmentWithChecks> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}`, undefined, body);
  }

  /** Looks at storage and master key by using both, and says what it found. Needs the permission `keystead:CheckEnvironment`. */
  checkEnvironment(environmentId: string): Promise<{
    readonly checks: readonly (EnvironmentCheck)[];
  }> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/check`);
  }

  /** Gives an environment other credentials for a master key, wherever it is one, or for a bucket, once they were seen to work. Needs the permission `keystead:SetEnvironmentCredentials`. */
  setEnvironmentCredentials(environmentId: string, body: {
    /** the master key that they are for; by default the primary */
    readonly keyId?: string | undefined;
    readonly credentials?: AwsCredentialsInput | undefined;
    /** with secretAccessKey: short for credentials of the kind access-key */
    readonly accessKeyId?: string | undefined;
    /** kept wrapped, never shown again */
    readonly secretAccessKey?: string | undefined;
    /** kept wrapped, never shown again */
    readonly apiKey?: string | undefined;
    readonly storage?: AwsCredentialsInput | undefined;
    /** whose bucket the storage's credentials are for; by default the one that new backups go to */
    readonly vaultId?: string | undefined;
  } = {}): Promise<EnvironmentWithChecks> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/credentials`, undefined, body);
  }

  /** Has new backups of an environment go to another storage, once that was seen to work. What lies at the old one stays listed and restorable from there. Needs the permission `keystead:UpdateEnvironment`. */
  moveEnvironmentStorage(environmentId: string, body: StorageInput): Promise<EnvironmentWithChecks> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/storage`, undefined, body);
  }

  /** Forgets an environment with its sources and schedules, and ends the credentials of its agents. What lies in its storage is left as it is. Needs the permission `keystead:DeleteEnvironment`. */
  deleteEnvironment(environmentId: string, body: {
    /** the label once more, against a slip */
    readonly label: string;
    /** deletes it also where IBM Key Protect does not let go of its registration with the key, which then cannot be deleted until its owner takes the registration away */
    readonly leaveRegistrations?: boolean | undefined;
  }): Promise<DeletedEnvironment> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/delete`, undefined, body);
  }

  /** Deletes everything that an environment has in its storage, for good: every snapshot with it. Refused under a legal hold, under object lock, and while there are places that were left. Needs the permission `keystead:EmptyStore`. */
  emptyStore(environmentId: string, body: {
    /** the label once more, against a slip */
    readonly label: string;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/empty-store`, undefined, body);
  }

  /** Moves an environment to another master key: data keys are wrapped anew, nothing else is rewritten. Further recipients stay. Needs the permission `keystead:ChangeMasterKey`. */
  changeMasterKey(environmentId: string, body: MasterKeyInput): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/master-key`, undefined, body);
  }

  /** Says which further master keys open the backups of an environment: data keys are wrapped for exactly the primary and these. Needs the permission `keystead:ChangeMasterKey`. */
  changeRecipients(environmentId: string, body: {
    /** all of them; one that is a recipient already needs its provider and keyId alone */
    readonly recipients: readonly (MasterKeyInput)[];
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/recipients`, undefined, body);
  }

  /** Wraps the data keys of an environment anew for the same master keys: under the newest versions of those, after a rotation. Needs the permission `keystead:ChangeMasterKey`. */
  refreshMasterKeys(environmentId: string, body: {
    /** only what was wrapped before: to go on with one that was cut off, when that began; by default everything */
    readonly before?: string | undefined;
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  } = {}): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/master-key/refresh`, undefined, body);
  }

  /** Wraps the data keys at a place that an environment has left for the master keys that it has now, so that the former keys are not needed any more. Needs the permission `keystead:ChangeMasterKey`. */
  rewrapFormerStorage(environmentId: string, body: {
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  } = {}): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/former-storages/rewrap`, undefined, body);
  }

  /** Makes a source known to an environment: what is backed up, when, and how fast. Needs the permission `keystead:CreateSource`. */
  createSource(environmentId: string, body: {
    /** stays what it is, wherever the source moves: what is backed up under it is compared with what was before */
    readonly name: string;
    readonly folder?: {
      /** an absolute path on the server */
      readonly path: string;
      readonly include?: readonly (string)[] | undefined;
      readonly exclude?: readonly (string)[] | undefined;
      /** keeps folders empty that others are mounted on */
      readonly oneFileSystem?: boolean | undefined;
      /** keeps caches (CACHEDIR.TAG) without what is in them */
      readonly skipCaches?: boolean | undefined;
      /** a program of the operator's KEYSTEAD_RUN_COMMANDS and its arguments; no shell sees them */
      readonly before?: readonly (string)[] | undefined;
      /** a program of the operator's KEYSTEAD_RUN_COMMANDS and its arguments; no shell sees them */
      readonly after?: readonly (string)[] | undefined;
      readonly commandTimeoutMs?: number | undefined;
    } | undefined;
    readonly postgres?: {
      /** name, address, or folder of its socket */
      readonly host: string;
      readonly port?: number | undefined;
      readonly user: string;
      /** by default disable on this machine and require elsewhere */
      readonly tls?: 'disable' | 'require' | 'verify-full' | undefined;
      /** kept wrapped, never shown */
      readonly password?: string | undefined;
      readonly databases?: readonly (string)[] | undefined;
    } | undefined;
    readonly stream?: {
      /** the name of the one file */
      readonly item: string;
    } | undefined;
    readonly schedule?: {
      /** minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly */
      readonly cron: string;
      /** as the IANA database names it, like Europe/Berlin */
      readonly timeZone?: string | undefined;
      /** what becomes of times at which no server was up */
      readonly ifMissed?: 'run-once' | 'skip' | undefined;
      /** how late a run may make up for them */
      readonly missedWithinHours?: number | undefined;
    } | undefined;
    readonly limits?: {
      /** how fast a backup may write to the store */
      readonly bytesPerSecond?: number | undefined;
    } | undefined;
    readonly alertAfterHours?: number | undefined;
  }): Promise<Source> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/sources`, undefined, body);
  }

  /** Lists the sources of an environment. Needs the permission `keystead:ListSources`. */
  listSources(environmentId: string, query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Source)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/sources`, query);
  }

  /** Shows a source, when it is backed up next, and its newest good backup. Needs the permission `keystead:GetSource`. */
  getSource(environmentId: string, sourceId: string): Promise<Source> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/sources/${encodeURIComponent(sourceId)}`);
  }

  /** Changes a source. What is not said stays as it is. Needs the permission `keystead:UpdateSource`. */
  updateSource(environmentId: string, sourceId: string, body: {
    readonly folder?: {
      /** an absolute path on the server */
      readonly path: string;
      readonly include?: readonly (string)[] | undefined;
      readonly exclude?: readonly (string)[] | undefined;
      /** keeps folders empty that others are mounted on */
      readonly oneFileSystem?: boolean | undefined;
      /** keeps caches (CACHEDIR.TAG) without what is in them */
      readonly skipCaches?: boolean | undefined;
      /** a program of the operator's KEYSTEAD_RUN_COMMANDS and its arguments; no shell sees them */
      readonly before?: readonly (string)[] | undefined;
      /** a program of the operator's KEYSTEAD_RUN_COMMANDS and its arguments; no shell sees them */
      readonly after?: readonly (string)[] | undefined;
      readonly commandTimeoutMs?: number | undefined;
    } | undefined;
    readonly postgres?: {
      /** name, address, or folder of its socket */
      readonly host: string;
      readonly port?: number | undefined;
      readonly user: string;
      /** by default disable on this machine and require elsewhere */
      readonly tls?: 'disable' | 'require' | 'verify-full' | undefined;
      /** kept wrapped, never shown */
      readonly password?: string | undefined;
      readonly databases?: readonly (string)[] | undefined;
    } | undefined;
    readonly stream?: {
      /** the name of the one file */
      readonly item: string;
    } | undefined;
    readonly schedule?: {
      /** minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly */
      readonly cron: string;
      /** as the IANA database names it, like Europe/Berlin */
      readonly timeZone?: string | undefined;
      /** what becomes of times at which no server was up */
      readonly ifMissed?: 'run-once' | 'skip' | undefined;
      /** how late a run may make up for them */
      readonly missedWithinHours?: number | undefined;
    } | undefined;
    readonly limits?: {
      /** how fast a backup may write to the store */
      readonly bytesPerSecond?: number | undefined;
    } | undefined;
    readonly alertAfterHours?: number | undefined;
    /** settings to take away */
    readonly remove?: readonly ('schedule' | 'limits' | 'alertAfterHours')[] | undefined;
  } = {}): Promise<Source> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/sources/${encodeURIComponent(sourceId)}`, undefined, body);
  }

  /** Pauses the schedule of a source: what comes due until it is resumed is not made up for. Needs the permission `keystead:PauseSource`. */
  pauseSource(environmentId: string, sourceId: string): Promise<Source> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/sources/${encodeURIComponent(sourceId)}/pause`);
  }

  /** Resumes the schedule of a source, from its next time on. Needs the permission `keystead:ResumeSource`. */
  resumeSource(environmentId: string, sourceId: string): Promise<Source> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/sources/${encodeURIComponent(sourceId)}/resume`);
  }

  /** Forgets a source and its schedule. Its backups stay where they are, and can be restored. Needs the permission `keystead:DeleteSource`. */
  deleteSource(environmentId: string, sourceId: string): Promise<Source> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/sources/${encodeURIComponent(sourceId)}/delete`);
  }

  /** Has an environment looked after by the clock; backups are scheduled with their source. Needs the permission `keystead:CreateSchedule`. */
  createSchedule(environmentId: string, body: {
    readonly task: {
      /** maintain: the rules of retention are carried out, and what nothing needs any more is deleted */
      readonly kind: 'verify' | 'maintain';
      /** of a verification, which needs it */
      readonly level?: 'list' | 'hashes' | 'structure' | 'sample' | 'data' | 'drill' | undefined;
      /** of the level sample */
      readonly samplePercent?: number | undefined;
    };
    readonly schedule: {
      /** minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly */
      readonly cron: string;
      /** as the IANA database names it, like Europe/Berlin */
      readonly timeZone?: string | undefined;
      /** what becomes of times at which no server was up */
      readonly ifMissed?: 'run-once' | 'skip' | undefined;
      /** how late a run may make up for them */
      readonly missedWithinHours?: number | undefined;
    };
  }): Promise<Schedule> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/schedules`, undefined, body);
  }

  /** Lists what an environment does by the clock, those of its sources included. Needs the permission `keystead:ListSchedules`. */
  listSchedules(environmentId: string, query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Schedule)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/schedules`, query);
  }

  /** Pauses a schedule: what comes due until it is resumed is not made up for. Needs the permission `keystead:PauseSchedule`. */
  pauseSchedule(environmentId: string, scheduleId: string): Promise<Schedule> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/schedules/${encodeURIComponent(scheduleId)}/pause`);
  }

  /** Resumes a schedule, from its next time on. Needs the permission `keystead:ResumeSchedule`. */
  resumeSchedule(environmentId: string, scheduleId: string): Promise<Schedule> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/schedules/${encodeURIComponent(scheduleId)}/resume`);
  }

  /** Forgets a schedule that is not of a source. Needs the permission `keystead:DeleteSchedule`. */
  deleteSchedule(environmentId: string, scheduleId: string): Promise<Schedule> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/schedules/${encodeURIComponent(scheduleId)}/delete`);
  }

  /** Makes a bucket for backups, with versions or object lock, which cannot be switched on later everywhere. Needs the permission `keystead:CreateBucket`. */
  createBucket(body: {
    readonly storage: StorageInput;
    /** keep versions; a bucket with object lock always does */
    readonly versioned?: boolean | undefined;
    /** ibm-cos: a root key of Key Protect that encrypts once more at rest */
    readonly rootKeyCrn?: string | undefined;
    /** ibm-cos */
    readonly storageClass?: 'smart' | 'standard' | 'vault' | 'cold' | undefined;
  }): Promise<CreatedBucket> {
    return this.#transport.send('POST', `/buckets`, undefined, body);
  }

  /** Shows how the master keys of an environment were last found, and whether scheduled runs are held. Needs the permission `keystead:GetKeyWatch`. */
  getKeyWatch(environmentId: string): Promise<KeyWatch> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/key-watch`);
  }

  /** Uses the master keys of an environment now; what was held goes on when they are good. Needs the permission `keystead:CheckKeys`. */
  checkKeys(environmentId: string): Promise<KeyWatch> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/key-watch/check`);
  }

  /** Says which snapshots nobody could open any more if a master key were gone: asked before it is deleted. Needs the permission `keystead:GetKeyWatch`. */
  lookAheadOfKey(environmentId: string, body: {
    readonly keyId: string;
  }): Promise<KeyOutlook> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/key-outlook`, undefined, body);
  }

  /** Has somebody told of what becomes of backups, by webhook or by e-mail: counts and links, never data. Needs the permission `keystead:CreateAlertChannel`. */
  createAlertChannel(body: {
    readonly label: string;
    readonly webhookUrl?: string | undefined;
    readonly emailRecipients?: readonly (string)[] | undefined;
    readonly kinds?: readonly ('run-failed' | 'run-incomplete' | 'key-unavailable' | 'key-back' | 'key-pending-deletion' | 'verification-findings' | 'verification-good' | 'backup-overdue' | 'backup-good' | 'hold-release-asked' | 'store-rolled-back')[] | undefined;
    readonly environmentIds?: readonly (string)[] | undefined;
  }): Promise<CreatedAlertChannel> {
    return this.#transport.send('POST', `/alert-channels`, undefined, body);
  }

  /** Lists whom the own tenant has told of what becomes of its backups. Needs the permission `keystead:ListAlertChannels`. */
  listAlertChannels(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (AlertChannel)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/alert-channels`, query);
  }

  /** Has nobody told by a channel any more; what waits for it is not sent. Needs the permission `keystead:DeleteAlertChannel`. */
  deleteAlertChannel(channelId: string): Promise<AlertChannel> {
    return this.#transport.send('POST', `/alert-channels/${encodeURIComponent(channelId)}/delete`);
  }

  /** Sends a test by a channel, the way in which all alerts go; its delivery shows in the list of alerts. Needs the permission `keystead:TestAlertChannel`. */
  testAlertChannel(channelId: string): Promise<Alert> {
    return this.#transport.send('POST', `/alert-channels/${encodeURIComponent(channelId)}/test`);
  }

  /** Lists the alerts of the last 30 days: what was told, to whom, and whether it arrived. Needs the permission `keystead:ListAlerts`. */
  listAlerts(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Alert)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/alerts`, query);
  }

  /** Shows an alert, and how far its delivery has come. Needs the permission `keystead:GetAlert`. */
  getAlert(alertId: string): Promise<Alert> {
    return this.#transport.send('GET', `/alerts/${encodeURIComponent(alertId)}`);
  }

  /** Starts a backup of a source that the environment knows, or of any folder of the server. Needs the permission `keystead:StartBackup`. */
  startBackup(environmentId: string, body: {
    /** a UUID in lower case */
    readonly sourceId?: string | undefined;
    /** an absolute path on the server */
    readonly source?: string | undefined;
    /** stays the same when the folder moves; by default its path */
    readonly sourceName?: string | undefined;
  } = {}): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/backups`, undefined, body);
  }

  /** Starts a restore of a snapshot, or of some of its paths, into a folder of the server. Needs the permission `keystead:StartRestore`. */
  startRestore(environmentId: string, body: {
    /** by default the newest, or what `at` says */
    readonly snapshotId?: string | undefined;
    /** the newest that was not taken after; RFC 3339 with its offset */
    readonly at?: string | undefined;
    /** name of the source; needed where there are several */
    readonly source?: string | undefined;
    /** an absolute path on the server */
    readonly destination: string;
    /** from the source's root; with neither paths nor patterns, everything */
    readonly paths?: readonly (string)[] | undefined;
    /** such as *.pdf for names, or reports/** for paths */
    readonly patterns?: readonly (string)[] | undefined;
    /** what becomes of files that are there and differ; by default the restore refuses before it writes anything */
    readonly conflict?: 'refuse' | 'overwrite' | 'keep' | 'beside' | undefined;
    /** the same as the conflict overwrite */
    readonly replaceExisting?: boolean | undefined;
    /** writes also what is there with the same size, time and mode */
    readonly rewriteSame?: boolean | undefined;
    /** leaves out files that are lost or changed in the store, and restores the others */
    readonly skipDamaged?: boolean | undefined;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/restores`, undefined, body);
  }

  /** Starts a restore of databases of a snapshot into a running PostgreSQL server. Needs the permission `keystead:StartRestore`. */
  startDatabaseRestore(environmentId: string, body: {
    /** by default the newest, or what `at` says */
    readonly snapshotId?: string | undefined;
    /** the newest that was not taken after; RFC 3339 with its offset */
    readonly at?: string | undefined;
    /** name of the source; needed where there are several */
    readonly source?: string | undefined;
    readonly to: {
      /** name, address, or folder of its socket */
      readonly host: string;
      readonly port?: number | undefined;
      readonly user: string;
      /** by default disable on this machine and require elsewhere */
      readonly tls?: 'disable' | 'require' | 'verify-full' | undefined;
      /** kept wrapped, never shown */
      readonly password?: string | undefined;
    };
    /** by default all of the snapshot's, by their names */
    readonly databases?: readonly ({
      readonly database: string;
      readonly into?: string | undefined;
    })[] | undefined;
    /** makes the roles that the server does not have */
    readonly roles?: boolean | undefined;
    /** gives things their owners and rights; else all is of the user */
    readonly owners?: boolean | undefined;
    /** replaces what is there of the same name in databases that are not empty */
    readonly replaceExisting?: boolean | undefined;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/database-restores`, undefined, body);
  }

  /** Starts a verification of everything that restores would need. Needs the permission `keystead:StartVerification`. */
  startVerification(environmentId: string, body: {
    /** list: names and chains; hashes: every object as its name and signature say, without a key; structure: keys, trees, packs are there; sample and data: a part, or all, of every byte; drill: every envelope is opened by each recipient, and files are read back */
    readonly level: 'list' | 'hashes' | 'structure' | 'sample' | 'data' | 'drill';
    /** of the level sample */
    readonly samplePercent?: number | undefined;
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/verifications`, undefined, body);
  }

  /** Lists the snapshots that the store has, and what of its history is not as it was left. Needs the permission `keystead:ListSnapshots`. */
  listSnapshots(environmentId: string): Promise<Snapshots> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/snapshots`);
  }

  /** Lists a folder of a snapshot. Needs the permission `keystead:BrowseSnapshot`. */
  browseSnapshot(environmentId: string, body: {
    /** by default the newest, or what `at` says */
    readonly snapshotId?: string | undefined;
    /** the newest that was not taken after; RFC 3339 with its offset */
    readonly at?: string | undefined;
    /** name of the source; needed where there are several */
    readonly source?: string | undefined;
    /** from the source's root; empty for the root */
    readonly path?: string | undefined;
    /** base64, for names that are no text; in place of the text */
    readonly pathBytes?: string | undefined;
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<SnapshotFolder> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/snapshots/browse`, undefined, body);
  }

  /** Looks in a snapshot for files by name or path, size and time. Needs the permission `keystead:SearchSnapshot`. */
  searchSnapshot(environmentId: string, body: {
    /** by default the newest, or what `at` says */
    readonly snapshotId?: string | undefined;
    /** the newest that was not taken after; RFC 3339 with its offset */
    readonly at?: string | undefined;
    /** name of the source; needed where there are several */
    readonly source?: string | undefined;
    /** from the source's root; empty for the root */
    readonly below?: string | undefined;
    /** *.pdf looks at names, reports/** at paths */
    readonly pattern?: string | undefined;
    readonly type?: 'file' | 'folder' | 'link' | undefined;
    /** bytes */
    readonly minSize?: number | undefined;
    /** bytes */
    readonly maxSize?: number | undefined;
    readonly modifiedAfter?: string | undefined;
    readonly modifiedBefore?: string | undefined;
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<SnapshotSearch> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/snapshots/search`, undefined, body);
  }

  /** Follows one path through the snapshots of a source, newest first. Needs the permission `keystead:GetPathHistory`. */
  getPathHistory(environmentId: string, body: {
    /** name of the source; needed where there are several */
    readonly source?: string | undefined;
    /** from the source's root; empty for the root */
    readonly path?: string | undefined;
    /** base64, for names that are no text; in place of the text */
    readonly pathBytes?: string | undefined;
    readonly before?: string | undefined;
    /** each snapshot asks the master key */
    readonly limit?: number | undefined;
  } = {}): Promise<PathHistory> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/snapshots/history`, undefined, body);
  }

  /** Says what was added, changed and deleted between two snapshots. Needs the permission `keystead:CompareSnapshots`. */
  compareSnapshots(environmentId: string, body: {
    /** by default the newest, or what `at` says */
    readonly snapshotId?: string | undefined;
    /** the newest that was not taken after; RFC 3339 with its offset */
    readonly at?: string | undefined;
    /** name of the source; needed where there are several */
    readonly source?: string | undefined;
    /** by default the newest, or what `at` says */
    readonly beforeSnapshotId?: string | undefined;
    /** the newest that was not taken after; RFC 3339 with its offset */
    readonly beforeAt?: string | undefined;
    /** from the source's root; empty for the root */
    readonly below?: string | undefined;
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<SnapshotComparison> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/snapshots/compare`, undefined, body);
  }

  /** Says what a restore would write, replace and leave, and what it needs; changes nothing. Needs the permission `keystead:PlanRestore`. */
  planRestore(environmentId: string, body: {
    /** by default the newest, or what `at` says */
    readonly snapshotId?: string | undefined;
    /** the newest that was not taken after; RFC 3339 with its offset */
    readonly at?: string | undefined;
    /** name of the source; needed where there are several */
    readonly source?: string | undefined;
    /** an absolute path on the server */
    readonly destination: string;
    /** from the source's root; with neither paths nor patterns, everything */
    readonly paths?: readonly (string)[] | undefined;
    /** such as *.pdf for names, or reports/** for paths */
    readonly patterns?: readonly (string)[] | undefined;
    /** what becomes of files that are there and differ; by default the restore refuses before it writes anything */
    readonly conflict?: 'refuse' | 'overwrite' | 'keep' | 'beside' | undefined;
    /** the same as the conflict overwrite */
    readonly replaceExisting?: boolean | undefined;
    /** writes also what is there with the same size, time and mode */
    readonly rewriteSame?: boolean | undefined;
    /** leaves out files that are lost or changed in the store, and restores the others */
    readonly skipDamaged?: boolean | undefined;
    readonly limit?: number | undefined;
  }): Promise<RestorePlan> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/restore-plans`, undefined, body);
  }

  /** Shows what an environment keeps: of all sources, and of those that have rules of their own. Needs the permission `keystead:GetRetention`. */
  getRetention(environmentId: string): Promise<Retention> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/retention`);
  }

  /** Sets what is kept, of all sources or of one; without rules, takes away those that there are. Needs the permission `keystead:SetRetention`. */
  setRetention(environmentId: string, body: {
    readonly source?: string | undefined;
    readonly rules?: {
      /** the newest so many */
      readonly last?: number | undefined;
      readonly hourly?: number | undefined;
      /** the newest of so many days */
      readonly daily?: number | undefined;
      readonly weekly?: number | undefined;
      readonly monthly?: number | undefined;
      readonly yearly?: number | undefined;
      /** whatever is younger stays */
      readonly minimumAgeDays?: number | undefined;
      /** whose hours and days count; by default UTC */
      readonly timeZone?: string | undefined;
      /** how long it can be taken back; by default 7 */
      readonly trashDays?: number | undefined;
    } | undefined;
  } = {}): Promise<Retention> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/retention`, undefined, body);
  }

  /** Lists the snapshots with what keeps each, when it expires, and what is in the trash; where the master key says no, what can be told without it. Needs the permission `keystead:ListKept`. */
  listKept(environmentId: string): Promise<Snapshots> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/kept`);
  }

  /** Lists the snapshots with what would keep each under other rules; changes nothing, asks the master key. Needs the permission `keystead:ListKept`. */
  previewRetention(environmentId: string, body: {
    readonly source?: string | undefined;
    readonly rules?: {
      /** the newest so many */
      readonly last?: number | undefined;
      readonly hourly?: number | undefined;
      /** the newest of so many days */
      readonly daily?: number | undefined;
      readonly weekly?: number | undefined;
      readonly monthly?: number | undefined;
      readonly yearly?: number | undefined;
      /** whatever is younger stays */
      readonly minimumAgeDays?: number | undefined;
      /** whose hours and days count; by default UTC */
      readonly timeZone?: string | undefined;
      /** how long it can be taken back; by default 7 */
      readonly trashDays?: number | undefined;
    } | undefined;
  } = {}): Promise<Snapshots> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/retention/preview`, undefined, body);
  }

  /** Looks after an environment: expires by the rules, empties the trash, prunes in two phases, extends locks. Needs the permission `keystead:StartMaintenance`. */
  startMaintenance(environmentId: string, body: {
    /** says what would be done */
    readonly dryRun?: boolean | undefined;
    /** rewrites packs that are mostly dead; reads every tree */
    readonly repack?: boolean | undefined;
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  } = {}): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/maintenance`, undefined, body);
  }

  /** Moves snapshots to the trash, whatever the rules say; they can be taken back until its days are over. Needs the permission `keystead:MoveToTrash`. */
  moveToTrash(environmentId: string, body: {
    readonly snapshots: readonly (string)[];
    /** by default those of the rules */
    readonly days?: number | undefined;
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/trash`, undefined, body);
  }

  /** Takes snapshots back from the trash; no rule puts them there again. Needs the permission `keystead:TakeBackSnapshots`. */
  takeBackSnapshots(environmentId: string, body: {
    readonly snapshots: readonly (string)[];
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/trash/take-back`, undefined, body);
  }

  /** Accepts that snapshots are missing or damaged for good, so that the environment can be looked after again. Needs the permission `keystead:AcceptLoss`. */
  acceptLoss(environmentId: string, body: {
    readonly snapshots: readonly (string)[];
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/losses`, undefined, body);
  }

  /** Destroys what opens snapshots, or everything of a source: it cannot be undone. Needs the permission `keystead:ForgetSnapshots`. */
  forgetSnapshots(environmentId: string, body: {
    readonly snapshots?: readonly (string)[] | undefined;
    readonly source?: string | undefined;
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  } = {}): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/forget`, undefined, body);
  }

  /** Retires a data key that leaked, and rewrites what lies under it; without a key, goes on with the rewriting. Needs the permission `keystead:RetireDataKey`. */
  retireDataKey(environmentId: string, body: {
    /** its id, as heads of snapshots name it */
    readonly key?: string | undefined;
    /** of packs that are rewritten now */
    readonly maxBytes?: number | undefined;
    /** a vault at a place that was left; by default the one where backups go now */
    readonly vaultId?: string | undefined;
  } = {}): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/retired-keys`, undefined, body);
  }

  /** Places a legal hold: neither rules nor people delete what it covers, until two people release it. Needs the permission `keystead:PlaceHold`. */
  placeHold(environmentId: string, body: {
    readonly snapshots?: readonly (string)[] | undefined;
    readonly reason: string;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/holds`, undefined, body);
  }

  /** Lists the legal holds of an environment, those that were released too. Needs the permission `keystead:ListHolds`. */
  listHolds(environmentId: string): Promise<{
    readonly items: readonly (LegalHold)[];
  }> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/holds`);
  }

  /** Asks for the release of a legal hold, as the first of two people; the word counts for seven days. Needs the permission `keystead:RequestHoldRelease`. */
  requestHoldRelease(environmentId: string, body: {
    readonly holdId: string;
  }): Promise<LegalHold> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/hold-releases`, undefined, body);
  }

  /** Takes back that somebody asked for the release of a legal hold. Needs the permission `keystead:WithdrawHoldRelease`. */
  withdrawHoldRelease(environmentId: string, body: {
    readonly holdId: string;
  }): Promise<LegalHold> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/hold-releases/withdraw`, undefined, body);
  }

  /** Releases a legal hold, as the second person: about the very request of another one. Needs the permission `keystead:ConfirmHoldRelease`. */
  confirmHoldRelease(environmentId: string, body: {
    readonly holdId: string;
    readonly releaseId: string;
  }): Promise<Run> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/hold-releases/confirm`, undefined, body);
  }

  /** Lists the runs of an environment, oldest first or newest first. Needs the permission `keystead:ListRuns`. */
  listRuns(environmentId: string, query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
    readonly order?: 'oldest-first' | 'newest-first' | undefined;
  } = {}): Promise<{
    readonly items: readonly (Run)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/runs`, query);
  }

  /** Shows a run: how far it is, or what came of it. Needs the permission `keystead:GetRun`. */
  getRun(runId: string): Promise<Run> {
    return this.#transport.send('GET', `/runs/${encodeURIComponent(runId)}`);
  }

  /** Asks a run to stop; it ends soon after. Needs the permission `keystead:CancelRun`. */
  cancelRun(runId: string): Promise<Run> {
    return this.#transport.send('POST', `/runs/${encodeURIComponent(runId)}/cancel`);
  }

  /** Invites a host to write backups into an environment: makes its user, and a token that it enrols with once. Needs the permission `keystead:InviteAgent`. */
  inviteAgent(environmentId: string, body: {
    readonly name: string;
    readonly expiresInMinutes?: number | undefined;
  }): Promise<AgentInvitation> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/agents`, undefined, body);
  }

  /** Lists the agents of an environment: hosts that write backups into it. Needs the permission `keystead:ListAgents`. */
  listAgents(environmentId: string, query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (Agent)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/agents`, query);
  }

  /** Shows an agent: its fingerprint, its newest snapshot, the last run that it has told of. Needs the permission `keystead:GetAgent`. */
  getAgent(environmentId: string, agentId: string): Promise<Agent> {
    return this.#transport.send('GET', `/environments/${encodeURIComponent(environmentId)}/agents/${encodeURIComponent(agentId)}`);
  }

  /** Lets an agent go: its credentials end, and of its snapshots count those up to `through`, by default all that are there now. Those after are taken away. Needs the permission `keystead:RevokeAgent`. */
  revokeAgent(environmentId: string, agentId: string, query: {
    /** the number of the last of its snapshots that is to count, 0: none; by default all that are there now. Takes keystead:ForgetSnapshots too */
    readonly through?: number | undefined;
  } = {}): Promise<RevokedAgent> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/agents/${encodeURIComponent(agentId)}/revocation`, query);
  }

  /** Takes up an invitation: signs the host in as a writer, and gives it what it needs to write. The token ends. Needs the permission `keystead:EnrolAgent`. */
  enrolAgent(environmentId: string, agentId: string, body: {
    /** Ed25519, 32 raw bytes: its private half never leaves the host */
    readonly publicKey: string;
  }): Promise<AgentEnrolment> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/agents/${encodeURIComponent(agentId)}/enrolment`, undefined, body);
  }

  /** Proves the master key by using it, for a host that cannot; and says what the store has of its snapshots. Needs the permission `keystead:AskForAgent`. */
  askForAgent(environmentId: string, agentId: string, body: {
    /** whether to look at the store: at the beginning of a run, and before its manifest */
    readonly look: boolean;
  }): Promise<AgentWord> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/agents/${encodeURIComponent(agentId)}/word`, undefined, body);
  }

  /** Tells what came of a run of a host. What it has put is looked at, and its data keys become the vault's own. Needs the permission `keystead:ReportAgentRun`. */
  reportAgentRun(environmentId: string, agentId: string, body: {
    /** chosen by the host: told twice, it counts once */
    readonly runId: string;
    readonly source: string;
    readonly state: 'succeeded' | 'failed' | 'cancelled';
    /** UTC, RFC 3339 */
    readonly startedAt: string;
    /** UTC, RFC 3339 */
    readonly endedAt: string;
    readonly snapshotId?: string | undefined;
    readonly report?: {
      readonly files: number;
      readonly folders: number;
      readonly links: number;
      readonly bytes: number;
      readonly unchangedFiles: number;
      readonly readBytes: number;
      readonly newBytes: number;
      readonly storedBytes: number;
      readonly durationMs: number;
      readonly problemCount: number;
    } | undefined;
    readonly problem?: {
      readonly code: string;
      readonly message: string;
    } | undefined;
  }): Promise<ReportedRun> {
    return this.#transport.send('POST', `/environments/${encodeURIComponent(environmentId)}/agents/${encodeURIComponent(agentId)}/runs`, undefined, body);
  }

  /** Makes a place where an AWS KMS finds an external key store, with a credential that is shown once. Needs the permission `keystead:CreateXksEndpoint`. */
  createXksEndpoint(body: {
    readonly name: string;
    /** a region such as us-east-1 */
    readonly region: string;
    /** what comes before /kms/xks/v1; by default its own id */
    readonly pathPrefix?: string | undefined;
  }): Promise<XksCredentials> {
    return this.#transport.send('POST', `/xks-endpoints`, undefined, body);
  }

  /** Lists the endpoints for external key stores of the own tenant. Needs the permission `keystead:ListXksEndpoints`. */
  listXksEndpoints(query: {
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (XksEndpoint)[];
    readonly next?: string | undefined;
  }> {
    return this.#transport.send('GET', `/xks-endpoints`, query);
  }

  /** Shows an endpoint for an external key store, with the keys that it exposes. Needs the permission `keystead:GetXksEndpoint`. */
  getXksEndpoint(endpointId: string): Promise<XksEndpoint> {
    return this.#transport.send('GET', `/xks-endpoints/${encodeURIComponent(endpointId)}`);
  }

  /** Gives an endpoint a new credential, shown once; the one before works until the next rotation. Needs the permission `keystead:RotateXksCredential`. */
  rotateXksEndpointCredential(endpointId: string): Promise<XksCredentials> {
    return this.#transport.send('POST', `/xks-endpoints/${encodeURIComponent(endpointId)}/rotate-credential`);
  }

  /** Exposes a key at an endpoint, within limits. Who does it must be allowed to grant the use of the key. Needs the permission `keystead:ExposeXksKey`. */
  exposeXksKey(endpointId: string, body: {
    /** the id of a key */
    readonly keyId: string;
    /** how the key store names it; by default the key id */
    readonly xksKeyId?: string | undefined;
    readonly operations?: readonly ('ENCRYPT' | 'DECRYPT')[] | undefined;
    /** most requests for this key in a second */
    readonly perSecond?: number | undefined;
    /** who may be behind a request at AWS: ARNs or service names, * and ? stand for any characters */
    readonly awsPrincipals?: readonly (string)[] | undefined;
    /** Regions of AWS that requests may come from */
    readonly awsRegions?: readonly (string)[] | undefined;
    /** the KMS keys at AWS that it may be used for: ARNs, * and ? stand for any */
    readonly kmsKeyArns?: readonly (string)[] | undefined;
  }): Promise<XksEndpoint> {
    return this.#transport.send('POST', `/xks-endpoints/${encodeURIComponent(endpointId)}/expose`, undefined, body);
  }

  /** Hides a key again: every request for it that starts after the answer is refused. Needs the permission `keystead:HideXksKey`. */
  hideXksKey(endpointId: string, body: {
    readonly xksKeyId: string;
  }): Promise<XksEndpoint> {
    return this.#transport.send('POST', `/xks-endpoints/${encodeURIComponent(endpointId)}/hide`, undefined, body);
  }

  /** Takes an endpoint away with its credentials: every request that starts after the answer is refused. Needs the permission `keystead:DeleteXksEndpoint`. */
  deleteXksEndpoint(endpointId: string): Promise<XksEndpoint> {
    return this.#transport.send('POST', `/xks-endpoints/${encodeURIComponent(endpointId)}/delete`);
  }

  /** Shows the newest signed checkpoint of the own tenant's audit log. Needs the permission `keystead:ReadAuditLog`. */
  getAuditCheckpoint(): Promise<AuditCheckpoint> {
    return this.#transport.send('GET', `/audit/checkpoint`);
  }

  /** Shows the newest signed checkpoint of the installation's own audit log. Needs the permission `installation:ReadAuditLog`. */
  getInstallationCheckpoint(): Promise<AuditCheckpoint> {
    return this.#transport.send('GET', `/installation/audit/checkpoint`);
  }

  /** Lists entries of the own tenant's audit log, the newest first. Needs the permission `keystead:ReadAuditLog`. */
  listAuditEntries(query: {
    /** only from this time on */
    readonly from?: string | undefined;
    /** only before this time */
    readonly to?: string | undefined;
    /** an ARN, or the name of a user, a role or a session */
    readonly principal?: string | undefined;
    /** without case; one that ends in * means all that begin so */
    readonly action?: string | undefined;
    /** the id of a key */
    readonly key?: string | undefined;
    readonly outcome?: 'done' | 'refused' | 'failed' | undefined;
    /** the id of a request, or its Correlation-Id */
    readonly request?: string | undefined;
    /** somewhere in the entry or its details; without case */
    readonly text?: string | undefined;
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (AuditEntry)[];
    /** there may be more: a page may be short, or empty, because a request looks only so far */
    readonly next?: string | undefined;
    readonly searchedTo?: AuditSearchedTo | undefined;
  }> {
    return this.#transport.send('GET', `/audit/entries`, query);
  }

  /** Lists entries of the installation's own audit log, the newest first. Needs the permission `installation:ReadAuditLog`. */
  listInstallationAuditEntries(query: {
    /** only from this time on */
    readonly from?: string | undefined;
    /** only before this time */
    readonly to?: string | undefined;
    /** an ARN, or the name of a user, a role or a session */
    readonly principal?: string | undefined;
    /** without case; one that ends in * means all that begin so */
    readonly action?: string | undefined;
    /** the id of a key */
    readonly key?: string | undefined;
    readonly outcome?: 'done' | 'refused' | 'failed' | undefined;
    /** the id of a request, or its Correlation-Id */
    readonly request?: string | undefined;
    /** somewhere in the entry or its details; without case */
    readonly text?: string | undefined;
    /** the `next` of the page before */
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  } = {}): Promise<{
    readonly items: readonly (AuditEntry)[];
    /** there may be more: a page may be short, or empty, because a request looks only so far */
    readonly next?: string | undefined;
    readonly searchedTo?: AuditSearchedTo | undefined;
  }> {
    return this.#transport.send('GET', `/installation/audit/entries`, query);
  }

  /** Shows one entry of the own tenant's audit log whole, with those of the same request. Needs the permission `keystead:ReadAuditLog`. */
  getAuditEntry(index: number): Promise<AuditEntryWhole> {
    return this.#transport.send('GET', `/audit/entries/${encodeURIComponent(index)}`);
  }

  /** Shows one entry of the installation's own audit log whole, with those of the same request. Needs the permission `installation:ReadAuditLog`. */
  getInstallationAuditEntry(index: number): Promise<AuditEntryWhole> {
    return this.#transport.send('GET', `/installation/audit/entries/${encodeURIComponent(index)}`);
  }

  /** Proves that an entry is in the own tenant's audit log, against its newest signed checkpoint. Needs the permission `keystead:ReadAuditLog`. */
  proveAuditEntry(index: number): Promise<AuditEntryProof> {
    return this.#transport.send('GET', `/audit/entries/${encodeURIComponent(index)}/proof`);
  }

  /** Proves that an entry is in the installation's own audit log, against its newest signed checkpoint. Needs the permission `installation:ReadAuditLog`. */
  proveInstallationAuditEntry(index: number): Promise<AuditEntryProof> {
    return this.#transport.send('GET', `/installation/audit/entries/${encodeURIComponent(index)}/proof`);
  }

  /** Proves that the own tenant's audit log goes on from what it was at an older size. Needs the permission `keystead:ReadAuditLog`. */
  proveAuditGrowth(query: {
    readonly from: number;
  }): Promise<AuditGrowthProof> {
    return this.#transport.send('GET', `/audit/growth`, query);
  }

  /** Proves that the installation's own audit log goes on from what it was at an older size. Needs the permission `installation:ReadAuditLog`. */
  proveInstallationAuditGrowth(query: {
    readonly from: number;
  }): Promise<AuditGrowthProof> {
    return this.#transport.send('GET', `/installation/audit/growth`, query);
  }

  /** Exports a range of the own tenant's audit log as lines of JSON. Needs the permission `keystead:ReadAuditLog`. The body is read as it comes; `signal` breaks it off. */
  exportAudit(query: {
    /** docs/spec/audit-log.md, "Exports" */
    readonly format: 'cadf' | 'cloudtrail' | 'json';
    /** only from this time on */
    readonly from: string;
    /** only before this time */
    readonly to: string;
  }, signal?: AbortSignal): Promise<Response> {
    return this.#transport.open(`/audit/export`, query, signal);
  }

  /** Exports a range of the installation's own audit log as lines of JSON. Needs the permission `installation:ReadAuditLog`. The body is read as it comes; `signal` breaks it off. */
  exportInstallationAudit(query: {
    /** docs/spec/audit-log.md, "Exports" */
    readonly format: 'cadf' | 'cloudtrail' | 'json';
    /** only from this time on */
    readonly from: string;
    /** only before this time */
    readonly to: string;
  }, signal?: AbortSignal): Promise<Response> {
    return this.#transport.open(`/installation/audit/export`, query, signal);
  }

  /** Tells how people of an account may sign in here; an account that is not here has what holds by default. Takes no credential. */
  getSignInOptions(query: {
    readonly account?: string | undefined;
  } = {}): Promise<SignInOptions> {
    return this.#transport.send('GET', `/sign-in/options`, query);
  }

  /** Begins to sign in by a passkey: nobody needs to say who it is. Takes no credential. */
  startPasskeySignIn(): Promise<{
    readonly options: PasskeyRequestOptions;
  }> {
    return this.#transport.send('POST', `/sign-in/passkey/start`);
  }

  /** Signs in by what a passkey answered. Takes no credential. */
  finishPasskeySignIn(body: {
    readonly credential: PasskeyAssertion;
  }): Promise<SignedIn> {
    return this.#transport.send('POST', `/sign-in/passkey/finish`, undefined, body);
  }

  /** Signs in by name and password, with a code of the authenticator app or a recovery code. Takes no credential. */
  signInWithPassword(body: {
    readonly account?: string | undefined;
    readonly name: string;
    readonly password: string;
    /** six digits of the authenticator app, or a recovery code */
    readonly code: string;
  }): Promise<SignedIn> {
    return this.#transport.send('POST', `/sign-in/password`, undefined, body);
  }

  /** Tells whose a sign-in link is, without using it up. Takes no credential. */
  lookAtEnrolment(body: {
    /** what stands behind the # of a sign-in link */
    readonly token: string;
  }): Promise<EnrolmentView> {
    return this.#transport.send('POST', `/enrolment/look`, undefined, body);
  }

  /** Begins to make a passkey by a sign-in link. Takes no credential. */
  startPasskeyEnrolment(body: {
    /** what stands behind the # of a sign-in link */
    readonly token: string;
  }): Promise<{
    readonly options: PasskeyCreationOptions;
  }> {
    return this.#transport.send('POST', `/enrolment/passkey/start`, undefined, body);
  }

  /** Uses a sign-in link up: its user has the new passkey, and is signed in. Takes no credential. */
  finishPasskeyEnrolment(body: {
    /** what stands behind the # of a sign-in link */
    readonly token: string;
    readonly credential: PasskeyCreation;
    readonly name?: string | undefined;
  }): Promise<SignedIn> {
    return this.#transport.send('POST', `/enrolment/passkey/finish`, undefined, body);
  }

  /** Begins to set a password by a sign-in link: the secret for an authenticator app. Takes no credential. */
  startPasswordEnrolment(body: {
    /** what stands behind the # of a sign-in link */
    readonly token: string;
  }): Promise<AuthenticatorSetup> {
    return this.#transport.send('POST', `/enrolment/password/start`, undefined, body);
  }

  /** Uses a sign-in link up: its user has a password with an authenticator app, and is signed in. Takes no credential. */
  finishPasswordEnrolment(body: {
    /** what stands behind the # of a sign-in link */
    readonly token: string;
    readonly password: string;
    readonly setup: string;
    /** six digits of the authenticator app, or a recovery code */
    readonly code: string;
  }): Promise<SignedIn> {
    return this.#transport.send('POST', `/enrolment/password/finish`, undefined, body);
  }

}

