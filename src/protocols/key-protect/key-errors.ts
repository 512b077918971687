import { KeyError, type KeyErrorCode, type KeyErrorFacts } from '../../keys/errors.ts';
import type { RootVerb } from '../../keys/root-key.ts';
import type { Wait } from '../../keys/waiting-times.ts';
import { badField, KeyProtectError, REASONS, type ReasonCode } from './errors.ts';
import { timestamp } from './names.ts';

type Words = (facts: KeyErrorFacts) => KeyProtectError;

function says(code: ReasonCode, text: string | ((facts: KeyErrorFacts) => string), what?: string): Words {
  return (facts) => new KeyProtectError(code, typeof text === 'string' ? text : text(facts), undefined, what);
}

/** For what cannot be asked for on this wire. */
const elsewhere = (code: KeyErrorCode): Words =>
  says('INTERNAL_ERR', `The key refused this for a reason that this API has no word for: ${code}`);

/** What did not happen to a root key. */
const NOT_DONE: Record<RootVerb, string> = {
  wrap: 'Plaintext could not be wrapped',
  unwrap: 'Ciphertext could not be unwrapped',
  rewrap: 'Ciphertext could not be rewrapped',
  rotate: 'Key could not be rotated',
  suspend: 'Key could not be disabled',
  resume: 'Key could not be enabled',
};

/** A refusal of something that root keys do, which says what did not happen. */
function ofRootKey(code: ReasonCode, text: string, why?: string): Words {
  return ({ verb }) => {
    const what = verb && (why === undefined ? NOT_DONE[verb] : `${why}: ${NOT_DONE[verb]}`);
    return new KeyProtectError(code, text, undefined, what);
  };
}

const INVALID_STATE = 'Key is not in a valid state';
const WAITED = 'The key was updated recently: Please wait and try again';
/** What has to wait, in IBM's words. */
const TOO_EARLY: Record<Wait, (allowedAt: string) => KeyProtectError> = {
  enable: (at) => tooEarly(`${WAITED}: It cannot be enabled until at least ${at}`, 'Key could not be enabled'),
  restore: (at) => tooEarly(`${WAITED}: It cannot be restored until at least ${at}`, 'Key could not be restored'),
  rotate: () =>
    new KeyProtectError(
      'KEY_ROTATION_NOT_PERMITTED',
      "This root key has been rotated within the last hour: Only one 'rotate' action per hour is permitted",
    ),
  sync: (at) => tooEarly(`${WAITED}: Sync cannot be performed until at least ${at}`),
  purge: (at) =>
    tooEarly(
      `Purge operation is allowed 4h0m0s after key is deleted: Please wait until at least ${at}`,
      'Key could not be purged',
    ),
};

function tooEarly(message: string, what?: string): KeyProtectError {
  return new KeyProtectError('REQ_TOO_EARLY_ERR', message, undefined, what);
}

const NOT_ACTIVE = says('KEY_ACTION_INVALID_STATE_ERR', `${INVALID_STATE}: it is not active`);
const NOT_FOUND = says('KEY_NOT_FOUND_ERR', 'Key does not exist: Please check the key id, the alias and the ring');
const NOT_ROOT = ofRootKey('KEY_ROOT_REQ_ERR', 'Requested action can only be completed with a root key');
const BAD_CIPHERTEXT = says(
  'UNPROCESSABLE_CIPHERTEXT_ERR',
  'The provided ciphertext or aad is invalid or corrupted: Please use what was returned by wrap, and the same aad',
);
const BAD_MATERIAL: Words = ({ detail }) =>
  new KeyProtectError('INVALID_FIELD_ERR', `The field 'payload' must be: key material that fits the key: ${detail}`, {
    type: 'field',
    name: 'payload',
  });

/** What every refusal of the key domain is on this wire. */
const WORDS: Record<KeyErrorCode, Words> = {
  'key-not-found': NOT_FOUND,
  'key-disabled': NOT_ACTIVE,
  'key-pending-deletion': says(
    'KEY_ACTION_INVALID_STATE_ERR',
    `${INVALID_STATE}: it waits for its deletion. Restore it first`,
  ),
  'key-pending-replica-deletion': NOT_ACTIVE,
  'key-not-pending-deletion': says('KEY_ACTION_INVALID_STATE_ERR', `${INVALID_STATE}: it is not deleted`),
  'key-pending-import': says('KEY_ACTION_INVALID_STATE_ERR', `${INVALID_STATE}: its owner has to import its material`),
  'key-limit': says('KEY_QUOTA_ERR', ({ limit }) => `The instance has as many keys as it may have (${limit})`),
  'too-many-waiting': says('TOO_MANY_REQUESTS_ERR', 'Too many requests that take long are waiting: send it again'),
  'wrong-usage': NOT_ROOT,
  'wrong-origin': says('KEY_ACTION_INVALID_STATE_ERR', 'The origin of the key does not allow this action'),
  'wrong-family': NOT_ROOT,
  'wrong-algorithm': elsewhere('wrong-algorithm'),
  'message-unfit': elsewhere('message-unfit'),
  'plaintext-too-long': (facts) =>
    new KeyProtectError('INVALID_FIELD_ERR', `The field 'plaintext' must be: at most ${facts.limit} bytes`, {
      type: 'field',
      name: 'plaintext',
    }),
  'context-unwanted': elsewhere('context-unwanted'),
  'invalid-signature': elsewhere('invalid-signature'),
  'invalid-mac': elsewhere('invalid-mac'),
  'invalid-public-key': elsewhere('invalid-public-key'),
  'incorrect-key': BAD_CIPHERTEXT,
  'invalid-ciphertext': BAD_CIPHERTEXT,
  'unknown-ciphertext-key': BAD_CIPHERTEXT,
  'import-token-invalid': says('IMPORT_TOKEN_EXPIRED_ERR', 'There is no import token: Please create one'),
  'import-token-expired': says('IMPORT_TOKEN_EXPIRED_ERR', 'The import token has expired: Please create another one'),
  'import-undecryptable': (facts) =>
    new KeyProtectError(
      'INVALID_FIELD_ERR',
      `The field 'payload' must be: key material encrypted with the public key of the import token${facts.detail === undefined ? '' : `: ${facts.detail}`}`,
      { type: 'field', name: 'payload' },
    ),
  'import-wrong-length': BAD_MATERIAL,
  'import-material-unfit': BAD_MATERIAL,
  'import-wrapping-unfit': BAD_MATERIAL,
  'import-used-otherwise': BAD_MATERIAL,
  'import-incorrect-material': BAD_MATERIAL,
  'import-another-pending': says('KEY_ACTION_INVALID_STATE_ERR', 'Other material of the key waits to be rotated to'),
  'import-expiry-missing': elsewhere('import-expiry-missing'),
  'import-expiry-unwanted': elsewhere('import-expiry-unwanted'),
  'import-expiry-out-of-range': elsewhere('import-expiry-out-of-range'),
  'import-material-id-unwanted': elsewhere('import-material-id-unwanted'),
  'material-not-found': elsewhere('material-not-found'),
  'rotation-limit': says(
    'KEY_QUOTA_ERR',
    ({ limit }) => `The key has as many versions as it may have (${limit}): Please make another key`,
    'Key could not be rotated',
  ),
  'rotation-near': elsewhere('rotation-near'),
  'rotation-period-out-of-range': says(
    'INVALID_FIELD_ERR',
    `The field 'interval_month' must be: an integer between 1 and 12 (inclusive)`,
  ),
  'not-primary': elsewhere('not-primary'),
  'primary-already': elsewhere('primary-already'),
  'replica-exists': elsewhere('replica-exists'),
  'replica-not-found': elsewhere('replica-not-found'),
  'region-not-found': elsewhere('region-not-found'),
  'no-pending-material': says('KEY_PAYLOAD_REQ_ERR', 'The key was imported: Please send the new material as payload'),
  'deletion-window-out-of-range': elsewhere('deletion-window-out-of-range'),
  'alias-not-found': says('KEY_ALIAS_NOT_FOUND_ERR', 'The key has no such alias'),
  'alias-exists': says('KEY_ALIAS_NOT_UNIQUE_ERR', 'The alias is used in the instance already: Please choose another'),
  'alias-malformed': says(
    'INVALID_FIELD_ERR',
    "The field 'alias' must be: 2 to 90 letters, digits, '_' and '-', no UUID and no reserved word",
  ),
  'alias-reserved': says(
    'INVALID_FIELD_ERR',
    "The field 'alias' must be: 2 to 90 letters, digits, '_' and '-', no UUID and no reserved word",
  ),
  'alias-limit': says('KEY_ALIAS_QUOTA_ERR', ({ limit }) => `The key has as many aliases as it may have (${limit})`),
  'alias-incompatible': elsewhere('alias-incompatible'),
  'grant-invalid': elsewhere('grant-invalid'),
  'grant-limit': elsewhere('grant-limit'),
  'grantee-limit': elsewhere('grantee-limit'),
  'grant-not-found': elsewhere('grant-not-found'),
  'grant-token-invalid': elsewhere('grant-token-invalid'),
  'tag-limit': says('INVALID_FIELD_ERR', `The field 'tags' must be: at most 30 texts of at most 30 characters`),
  'tag-reserved': says('INVALID_FIELD_ERR', `The field 'tags' must be: texts that do not begin with aws:`),
  'tag-duplicate': says('INVALID_FIELD_ERR', `The field 'tags' must be: texts that differ`),
  'access-policy-malformed': elsewhere('access-policy-malformed'),
  'access-policy-lockout': elsewhere('access-policy-lockout'),
  'key-unavailable': elsewhere('key-unavailable'),
  'external-key-failed': elsewhere('external-key-failed'),
  'key-deleted': ofRootKey('KEY_DELETED_ERR', 'Key has already been deleted: Please delete references to this key'),
  'deletion-must-wait': elsewhere('deletion-must-wait'),
  'key-not-deleted': says('KEY_ACTION_INVALID_STATE_ERR', `${INVALID_STATE}: it is not deleted`),
  'key-expired': says('KEY_EXPIRED_ERR', 'The key has expired: Key could not be restored'),
  'key-deactivated': says('KEY_ACTION_INVALID_STATE_ERR', `${INVALID_STATE}: it is deactivated`),
  'key-not-active': ofRootKey(
    'KEY_ACTION_INVALID_STATE_ERR',
    `${INVALID_STATE}: it is not active`,
    'Key is not in active state',
  ),
  'key-not-suspended': ofRootKey(
    'KEY_ACTION_INVALID_STATE_ERR',
    `${INVALID_STATE}: it is not suspended`,
    'Key is not in suspended state',
  ),
  'too-early': ({ wait, allowedAtMs }) =>
    wait === undefined || allowedAtMs === undefined ? tooEarly(WAITED) : TOO_EARLY[wait](timestamp(allowedAtMs)),
  'restore-expired': says('KEY_RESTORE_EXPIRED', 'The key was deleted more than 30 days ago: it cannot be restored'),
  'not-a-wrapping-key': NOT_ROOT,
  'payload-missing': says('KEY_PAYLOAD_REQ_ERR', 'The key was imported: Please send the new material as payload'),
  'payload-unwanted': says(
    'INVALID_QUERY_PARAM_ERR',
    `The query_param 'payload' must be: provided only if key is imported`,
  ),
  'import-nonce-undecryptable': says(
    'INCORRECT_NONCE_IV_ERR',
    'The encryptedNonce cannot be decrypted with this payload and iv',
  ),
  'import-nonce-wrong': says('INCORRECT_NONCE_ERR', 'The nonce is not the one of the import token'),
  'import-token-required': says(
    'KEY_CREATE_IMPORT_ACCESS_ERR',
    'The policies of the instance demand an import token: Please import with one',
  ),
  'creation-forbidden': says(
    'KEY_CREATE_IMPORT_ACCESS_ERR',
    'The policies of the instance do not let keys of this kind be made: Please have keyCreateImportAccess changed',
  ),
  'key-ring-malformed': () => badField('id', "2 to 100 letters, digits and '-'"),
  'key-ring-not-found': says('KEY_RING_NOT_FOUND_ERR', 'The key ring does not exist: Please create it first'),
  'key-ring-exists': says('KEY_RING_NOT_UNIQUE_ERR', 'The key ring exists already'),
  'key-ring-not-empty': says(
    'KEY_RING_NOT_EMPTY_ERR',
    ({ detail }) =>
      `The specified key ring contains at least one key (in any state): ${detail ?? 'Please move its keys, or use force where all are deleted'}`,
  ),
  'key-ring-limit': says(
    'KEY_RING_QUOTA_ERR',
    ({ limit }) => `The instance has as many key rings as it may have (${limit})`,
  ),
  'key-protected': says(
    'PROTECTED_RESOURCE_ERR',
    'The key protects resources that are registered with it: Please have them removed, or use force',
  ),
  'key-held': says(
    'PREV_KEY_DEL_ERR',
    'The key protects a resource whose retention policy prevents its deletion: Please empty the resource first',
  ),
  'authorization-missing': says(
    'AUTHORIZATIONS_NOT_MET',
    'Number of authorizations required to delete is not met: 1 prior authorization(s) are required for deletion',
  ),
  'not-dual-authorized': says(
    'NOT_DUAL_AUTH_ERR',
    'The key has no dual authorization policy: Please delete it as it is',
  ),
  'dual-authorization-stays': () =>
    badField('dualAuthDelete', 'enabled: once it is enabled for a key, it cannot be disabled'),
  'registration-not-found': says('REGISTRATION_NOT_FOUND_ERR', 'The key has no such registration'),
  'registration-exists': says('REGISTRATION_NOT_UNIQUE_ERR', 'The registration exists already: Please replace it'),
  'registration-key-unfit': says('KEY_ROOT_REQ_REG_ERR', 'Resources can be registered with root keys only'),
  'registration-key-state': says(
    'KEY_INVALID_STATE_ERR',
    'Key is not in a valid state: registrations are made and changed while it is active',
  ),
  'registration-version-unknown': says('KEY_VERSION_INVALID', 'The key has no such version: Please list its versions'),
  'registration-owner': says(
    'RESOURCE_OWNER_ERR',
    'Another service registered this resource: Only that service can change the registration',
  ),
  'registration-limit': says(
    'REGISTRATION_QUOTA_ERR',
    ({ limit, detail }) => `The key has as many registrations as it may have (${limit}${detail ? ` ${detail}` : ''})`,
  ),
  'event-not-found': says('EVENT_NOT_FOUND_ERR', 'There is no such event'),
  'record-not-authentic': says(
    'INCOMPLETE_METADATA_ERR',
    'The stored key does not pass its integrity check, so it is not used: Run "keystead audit verify"',
  ),
};

/** Says a refusal of the key domain in IBM's words. */
export function keyRefusal({ code, facts }: KeyError): KeyProtectError {
  return WORDS[code](facts);
}

/** The status of a refusal that an entry tells of by its reason: for those who read entries as IBM's events. */
export function statusOfReason(reason: string): number {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason as ReasonCode].status;
  if (Object.hasOwn(WORDS, reason)) return WORDS[reason as KeyErrorCode](NO_FACTS).status;
  return OTHER_STATUSES[reason] ?? 400;
}

/** Times that texts are made with, which nobody reads here. */
const NO_FACTS: KeyErrorFacts = { allowedAtMs: 0, atMs: 0, wait: 'enable', verb: 'wrap' };

const OTHER_STATUSES: Readonly<Record<string, number>> = {
  'access-denied': 401,
  unauthorized: 401,
  busy: 503,
  internal: 500,
  throttled: 429,
  'not-acknowledged': 408,
};
