import type { Reason } from '../../access/evaluate.ts';
import { KeyError, type KeyErrorCode, type KeyErrorFacts } from '../../keys/errors.ts';
import type { Key } from '../../keys/key.ts';
import { AccessDeniedError, BusyError, ThrottledError } from '../../pipeline/errors.ts';
import { OutOfReachError } from '../../pipeline/reach.ts';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { aliasArn } from './arn.ts';
import { AwsKmsError, type AwsErrorType } from './errors.ts';
import { externalFailure } from './external-failures.ts';
import type { OperationName } from './model.gen.ts';
import { ORIGINS, USAGES } from './operations/words.ts';
import type { ResolvedKey } from './resolve.ts';

/** What texts are made from: what the key domain says, the key that it is about, and what was asked for. */
interface Facts extends KeyErrorFacts {
  readonly key: Key | undefined;
  readonly operation: OperationName | undefined;
}

/** What a refusal of the key domain is on this wire. `arn` names the key that it is about. */
type Words = (arn: string, facts: Facts) => AwsKmsError;

function says(type: AwsErrorType, text?: (arn: string, facts: Facts) => string): Words {
  return (arn, facts) => new AwsKmsError(type, text?.(arn, facts));
}

const OUT_OF_REACH =
  'The policies of the instance (allowedNetwork, allowedIP) do not let it be reached from this address. Call from an address that they allow, or have them changed.';
const ALIAS_PREFIX_TEXT =
  'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';

/** Every code of the key domain in AWS's words. The texts are recorded from AWS where aws-kms.md of the references has one. */
const WORDS: Record<KeyErrorCode, Words> = {
  'key-not-found': says('NotFoundException', (arn) => `Key '${arn}' does not exist`),
  'key-disabled': says('DisabledException', (arn) => `${arn} is disabled.`),
  'key-pending-deletion': says('KMSInvalidStateException', (arn) => `${arn} is pending deletion.`),
  'key-pending-replica-deletion': says('KMSInvalidStateException', (arn) => `${arn} is pending replica deletion.`),
  'key-not-pending-deletion': says('KMSInvalidStateException', (arn) => `${arn} is not pending deletion.`),
  'key-pending-import': says('KMSInvalidStateException', (arn) => `${arn} is pending import.`),
  'key-limit': says(
    'LimitExceededException',
    (_, { limit }) =>
      `You have reached your key quota: this account has as many KMS keys in this Region as it may have (${limit}, the quota keysPerRegion). Delete keys that nobody needs, or have the quota raised.`,
  ),
  'too-many-waiting': says('ThrottlingException', () => 'Rate exceeded'),
  'wrong-usage': says(
    'InvalidKeyUsageException',
    (arn, { key, operation = 'this operation' }) =>
      `${arn} key usage is ${key && USAGES[key.usage]} which is not valid for ${operation}.`,
  ),
  'wrong-origin': says(
    'UnsupportedOperationException',
    (arn, { key }) => `${arn} origin is ${key && ORIGINS[key.origin]} which is not valid for this operation.`,
  ),
  'wrong-family': says('UnsupportedOperationException'),
  'wrong-algorithm': says(
    'InvalidKeyUsageException',
    (_, { key, detail }) => `Algorithm ${detail} is incompatible with key spec ${key?.spec.aws}.`,
  ),
  'message-unfit': says('ValidationException', (_, { detail }) => detail ?? 'The message does not fit the algorithm.'),
  'plaintext-too-long': says(
    'ValidationException',
    (_, { detail }) => detail ?? 'The plaintext is too long for the algorithm.',
  ),
  'context-unwanted': says(
    'ValidationException',
    (_, { key }) =>
      `An encryption context is only taken by symmetric keys, not by key spec ${key?.spec.aws}. Leave it out.`,
  ),
  'invalid-signature': says('KMSInvalidSignatureException'),
  'invalid-mac': says('KMSInvalidMacException'),
  'invalid-public-key': says('ValidationException'),
  'incorrect-key': says(
    'IncorrectKeyException',
    () => 'The key ID in the request does not identify a CMK that can perform this operation.',
  ),
  'invalid-ciphertext': says('InvalidCiphertextException'),
  'unknown-ciphertext-key': says(
    'AccessDeniedException',
    () =>
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  ),
  'import-token-invalid': says('InvalidImportTokenException', () => 'The import token is not one of this key.'),
  'import-token-expired': says(
    'ExpiredImportTokenException',
    () => 'The import token has expired. Get new import parameters.',
  ),
  'import-undecryptable': says('InvalidCiphertextException'),
  'import-wrong-length': says(
    'IncorrectKeyMaterialException',
    (_, { detail }) => `Invalid key material size: ${detail}.`,
  ),
  'import-material-unfit': says(
    'IncorrectKeyMaterialException',
    (_, { key, detail }) => `The key material is not a key of the spec ${key?.spec.aws}: ${detail}.`,
  ),
  'import-wrapping-unfit': says(
    'ValidationException',
    (_, { detail }) => detail ?? 'The wrapping does not fit the key.',
  ),
  'import-used-otherwise': says(
    'IncorrectKeyMaterialException',
    (_, { detail }) =>
      `The key material serves another key of this account with the key usage ${usageWord(detail)}. One material has one usage: import other material.`,
  ),
  'import-incorrect-material': says('IncorrectKeyMaterialException', (_, { key }) =>
    key === undefined || key.spec.family === 'aes'
      ? 'The key material is not the one that this key had before. Import that one, or say ImportType NEW_KEY_MATERIAL.'
      : `The key material is not the one that this key had before. A key of the spec ${key.spec.aws} keeps its material for ever: import that one, or create another key.`,
  ),
  'import-another-pending': says(
    'KMSInvalidStateException',
    (arn, { materialId, otherMaterialId }) =>
      `New key material (id: ${materialId}) cannot be imported into KMS key ${arn}, because another key material (id: ${otherMaterialId}) is pending rotation.`,
  ),
  'import-expiry-missing': says(
    'ValidationException',
    () => 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
  ),
  'import-expiry-unwanted': says(
    'ValidationException',
    () => 'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
  ),
  'import-expiry-out-of-range': says(
    'ValidationException',
    () => 'ValidTo must be in the future, and within 365 days.',
  ),
  'import-material-id-unwanted': says(
    'ValidationException',
    () => 'KeyMaterialId cannot be given when ImportType is NEW_KEY_MATERIAL.',
  ),
  'material-not-found': says(
    'NotFoundException',
    (arn, { materialId }) => `${arn} has no key material with the id ${materialId}.`,
  ),
  'rotation-limit': says(
    'LimitExceededException',
    (arn) =>
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
  ),
  'rotation-near': says(
    'ConflictException',
    (arn) =>
      `An automatic rotation of ${arn} is due within 20 minutes. Wait until it is done, then rotate on demand if that is still wanted.`,
  ),
  'rotation-period-out-of-range': says(
    'ValidationException',
    () => 'RotationPeriodInDays must be between 90 and 2560.',
  ),
  'primary-already': says(
    'ValidationException',
    (arn, { region = '' }) => `The primary key of ${arn} is in ${region} already.`,
  ),
  'replica-exists': says(
    'AlreadyExistsException',
    (arn, { region = '' }) => `${arn} has a related key in ${region} already.`,
  ),
  'replica-not-found': says(
    'NotFoundException',
    (arn, { region = '' }) => `${arn} has no replica in ${region}. Make one there first: ReplicateKey.`,
  ),
  'region-not-found': says(
    'ValidationException',
    (_, { region = '' }) =>
      `This account has no region "${region}" here. Name another one, or make it: keystead tenant region add ${region}`,
  ),
  'not-primary': says('UnsupportedOperationException', (arn) => `${arn} is not a multi-region primary key.`),
  'no-pending-material': says(
    'KMSInvalidStateException',
    (arn) => `No available key material pending rotation for the key: ${arn}.`,
  ),
  'deletion-window-out-of-range': says('ValidationException', () => 'PendingWindowInDays must be between 7 and 30.'),
  'alias-not-found': says('NotFoundException', (_, { alias }) => `Alias ${alias} is not found.`),
  'alias-exists': says('AlreadyExistsException', (_, { alias }) => `An alias with the name ${alias} already exists`),
  'alias-malformed': (_, { detail }) =>
    detail === 'prefix'
      ? new AwsKmsError('ValidationException', ALIAS_PREFIX_TEXT)
      : new AwsKmsError('InvalidAliasNameException', 'An alias has letters, digits, "/", "_" and "-" behind "alias/".'),
  'alias-reserved': says('NotAuthorizedException', () => ''),
  'alias-limit': says(
    'LimitExceededException',
    (arn, { limit }) =>
      `${arn} has as many aliases as a key may have (${limit}, the quota aliasesPerKey). Delete one, or have the quota raised.`,
  ),
  'alias-incompatible': says(
    'ValidationException',
    () => 'The alias can only be moved to a key of the same type and key usage.',
  ),
  'grant-invalid': says('ValidationException', (_, { detail }) => detail ?? 'The grant is not valid.'),
  'grant-limit': says(
    'LimitExceededException',
    (arn) =>
      `${arn} has as many grants as a key may have (the quota grantsPerKey). Revoke grants that nobody needs, or have the quota raised.`,
  ),
  'grantee-limit': says(
    'LimitExceededException',
    (arn, { limit }) =>
      `The grantee has as many grants on ${arn} as one may have (${limit}, the quota grantsPerGrantee). Revoke grants that nobody needs, or have the quota raised.`,
  ),
  'grant-not-found': says('NotFoundException', (_, { grantId }) => `Grant ID ${grantId} not found`),
  'grant-token-invalid': says('InvalidGrantTokenException'),
  'tag-limit': says('TagException', () => 'Too many tags'),
  'tag-reserved': says('TagException', () => 'Tags beginning with aws: are reserved'),
  'tag-duplicate': says('TagException', () => 'Duplicate tag keys'),
  'access-policy-malformed': says(
    'MalformedPolicyDocumentException',
    (_, { detail }) => detail ?? 'The policy is not valid.',
  ),
  'access-policy-lockout': says(
    'MalformedPolicyDocumentException',
    () => 'The new key policy will not allow you to update the key policy in the future.',
  ),
  'key-unavailable': says('KMSInvalidStateException', (arn) => `${arn} is unavailable.`),
  'external-key-failed': (_, { failure = 'malformed-answer' }) => externalFailure(failure, 'crypto'),
  'key-deleted': says('NotFoundException', (arn) => `Key '${arn}' does not exist`),
  'deletion-must-wait': says('KMSInvalidStateException', (arn) => `${arn} can only be let go by ScheduleKeyDeletion.`),
  'key-not-deleted': says('KMSInvalidStateException', (arn) => `${arn} is not deleted.`),
  'key-expired': says('KMSInvalidStateException', (arn) => `${arn} has expired.`),
  'key-deactivated': says(
    'KMSInvalidStateException',
    (arn) => `${arn} is deactivated: its time to protect data is over.`,
  ),
  'key-not-active': says('DisabledException', (arn) => `${arn} is disabled.`),
  'key-not-suspended': says('KMSInvalidStateException', (arn) => `${arn} is not disabled.`),
  'too-early': says('KMSInvalidStateException', (arn) => `${arn} was changed a moment ago. Try again later.`),
  'restore-expired': says('KMSInvalidStateException', (arn) => `${arn} was deleted too long ago to be restored.`),
  'not-a-wrapping-key': says('UnsupportedOperationException'),
  'payload-missing': says('ValidationException'),
  'payload-unwanted': says('ValidationException'),
  'import-nonce-undecryptable': says('InvalidCiphertextException'),
  'import-nonce-wrong': says('InvalidImportTokenException'),
  'import-token-required': says(
    'ValidationException',
    () => 'The policies of this instance demand that key material is brought by an import token of IBM Key Protect.',
  ),
  'creation-forbidden': says(
    'AccessDeniedException',
    () => 'The policies of this instance do not let such keys be made. Have the policy keyCreateImportAccess changed.',
  ),
  'key-ring-malformed': says('ValidationException'),
  'key-ring-not-found': says('NotFoundException'),
  'key-ring-exists': says('AlreadyExistsException'),
  'key-ring-not-empty': says('KMSInvalidStateException'),
  'key-ring-limit': says('LimitExceededException'),
  'key-protected': says(
    'KMSInvalidStateException',
    (arn) => `${arn} protects resources that are registered with it. Remove the registrations first.`,
  ),
  'key-held': says(
    'KMSInvalidStateException',
    (arn) => `${arn} protects a resource whose registration does not let it be deleted.`,
  ),
  'authorization-missing': says(
    'KMSInvalidStateException',
    (arn) => `${arn} is deleted by two people: another one has to authorise it first.`,
  ),
  'not-dual-authorized': says('KMSInvalidStateException', (arn) => `${arn} needs no second person to be deleted.`),
  'dual-authorization-stays': says(
    'KMSInvalidStateException',
    (arn) => `${arn} is deleted by two people, and stays so for good.`,
  ),
  'registration-not-found': says('NotFoundException'),
  'registration-exists': says('AlreadyExistsException'),
  'registration-key-unfit': says('KMSInvalidStateException'),
  'registration-key-state': says('KMSInvalidStateException'),
  'registration-version-unknown': says('NotFoundException'),
  'registration-owner': says('AccessDeniedException'),
  'registration-limit': says('LimitExceededException'),
  'event-not-found': says('NotFoundException'),
  'record-not-authentic': says(
    'KMSInternalException',
    () => 'The stored key does not pass its integrity check, so it is not used. Run "keystead audit verify".',
  ),
};

/** AWS's word for a usage that the key domain names. */
function usageWord(usage: string | undefined): string {
  return USAGES[usage as keyof typeof USAGES] ?? 'of that key';
}

/** Says any error in AWS's words. What is not ours to explain is an internal failure, without a word of its content. */
export function wireErrorOf(error: unknown, resolved: readonly ResolvedKey[], operation?: OperationName): AwsKmsError {
  if (error instanceof AwsKmsError) return error;
  if (error instanceof KeyError) {
    const { keyId } = error.facts;
    const found = resolved.find(({ open }) => open.key.id === keyId);
    const facts = { ...error.facts, ...aliasOf(error.facts, resolved), key: found?.open.key, operation };
    return WORDS[error.code](found?.arn ?? keyId ?? '', facts);
  }
  if (error instanceof OutOfReachError) return new AwsKmsError('AccessDeniedException', OUT_OF_REACH);
  if (error instanceof AccessDeniedError) {
    return new AwsKmsError(
      'AccessDeniedException',
      `User: ${error.principalArn} is not authorized to perform: ${error.action} on resource: ${error.resource} ${reasonOf(error)}`,
    );
  }
  if (error instanceof StoreFullError) {
    return new AwsKmsError(
      'KMSInternalException',
      'There is no room to record this request, so it was not done. Make room on the disk of the server.',
    );
  }
  if (error instanceof UnknownOutcomeError) {
    return new AwsKmsError(
      'KMSInternalException',
      'The store stopped while this was written: it may or may not have been done. Look before you do it again.',
    );
  }
  if (error instanceof ThrottledError) return new AwsKmsError('ThrottlingException', 'Rate exceeded');
  if (error instanceof BusyError) {
    return new AwsKmsError('DependencyTimeoutException', 'Other requests keep changing the same key. Send it again.');
  }
  return new AwsKmsError(
    'KMSInternalException',
    'Something failed here. The log of the server has it under the request id.',
  );
}

/** The code of a refusal that an entry tells of by its reason: for those who read entries as AWS's records. */
export function awsCodeOf(reason: string): string {
  if (Object.hasOwn(WORDS, reason))
    return WORDS[reason as KeyErrorCode]('', { key: undefined, operation: undefined }).code;
  return OTHER_CODES[reason] ?? reason;
}

const OTHER_CODES: Readonly<Record<string, string>> = {
  'access-denied': 'AccessDeniedException',
  unauthorized: 'AccessDeniedException',
  busy: 'DependencyTimeoutException',
  internal: 'KMSInternalException',
  throttled: 'ThrottlingException',
};

/** The alias by its ARN, as AWS names it. It lies where the request's keys lie. */
function aliasOf({ alias }: KeyErrorFacts, [first]: readonly ResolvedKey[]): Pick<KeyErrorFacts, 'alias'> {
  return alias === undefined || first === undefined
    ? {}
    : { alias: aliasArn(first.open.key.region, first.accountId, alias) };
}

/**
 * Why it was refused, as https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html has it; programs
 * look for these words. Where neither kind of policy allows the use of a key, both are named.
 */
function reasonOf({ decision, action, resource }: AccessDeniedError): string {
  const { reason, scopes = [] } = decision;
  const denied = EXPLICIT_DENIES[reason];
  if (denied !== undefined) return `with an explicit deny in ${denied} policy`;
  if (reason === 'denied-by-scope')
    return `because of an explicit deny in a scope of the credential: ${scopes.join(', ')}`;
  if (reason === 'not-allowed-by-scope') return `because no scope of the credential allows it: ${scopes.join(', ')}`;
  if (reason === 'issued-before-appointment')
    return 'because the credential was issued before its user came to command: issue a new one';
  if (reason === 'too-costly') return 'because the policies cost too much to evaluate for this request';
  if (reason === 'not-allowed-by-session-policy') return `because no session policy allows the ${action} action`;
  const isOnKey = resource.includes(':key/');
  return `because no ${isOnKey ? 'resource-based policy and no ' : ''}identity-based policy allows the ${action} action`;
}

/** Kinds of policies that deny, in AWS's words for them. */
const EXPLICIT_DENIES: { readonly [R in Reason]?: string } = {
  'denied-by-key-policy': 'a resource-based',
  'denied-by-identity-policy': 'an identity-based',
  'denied-by-session-policy': 'a session',
};
