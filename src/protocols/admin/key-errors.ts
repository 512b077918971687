import type { KeyError, KeyErrorCode } from '../../keys/errors.ts';
import type { AdminError } from './errors.ts';
import { timestamp } from './schema.ts';

interface Row {
  readonly status: number;
  /** After the words `the key <id>`. */
  readonly says: string;
  readonly action: string;
  /** Its detail is for the caller too: it says what of the request is wrong, and nothing else. */
  readonly tellsWhy?: true;
}

const IMPORT_AGAIN = 'Fetch new import parameters and import again.';
const READ_POLICY = 'Correct the policy and send it again.';

/** What every refusal of the key domain is on this wire. */
const KEY_ERRORS: Record<KeyErrorCode, Row> = {
  'key-not-found': {
    status: 404,
    says: 'does not exist in this region',
    action: 'List the keys of the region to see their ids.',
  },
  'key-disabled': { status: 409, says: 'is switched off', action: 'Enable it first.' },
  'key-pending-deletion': { status: 409, says: 'is waiting for its deletion', action: 'Cancel the deletion first.' },
  'key-pending-replica-deletion': {
    status: 409,
    says: 'is waiting for the deletion of its replicas',
    action: 'Cancel its deletion first.',
  },
  'key-not-pending-deletion': {
    status: 409,
    says: 'is not waiting for a deletion',
    action: 'There is nothing to cancel.',
  },
  'key-pending-import': {
    status: 409,
    says: 'lacks material that its owner has to import',
    action: 'Import its material first.',
  },
  'key-limit': { status: 409, says: 'would be one too many in this region', action: 'Delete keys that nobody needs.' },
  'too-many-waiting': {
    status: 429,
    says: 'would be one too many in the making at once',
    action: 'Wait for those that are asked for already, then send it again.',
  },
  'wrong-usage': { status: 400, says: 'is not meant for this use', action: 'Use a key of the right usage.' },
  'wrong-origin': {
    status: 400,
    says: 'has an origin that does not allow this',
    action: 'Use a key of another origin; the key itself says which it has. What is in a key store rotates there.',
  },
  'wrong-family': {
    status: 400,
    says: 'is of a kind that keeps one material for ever',
    action: 'Make a new key and move to it.',
  },
  'wrong-algorithm': {
    status: 400,
    says: 'does not have this algorithm',
    action: 'Use one of the algorithms of its spec and usage.',
  },
  'message-unfit': {
    status: 400,
    says: 'cannot sign such a message',
    action: 'Send a digest of the length of the algorithm, or the message itself.',
  },
  'plaintext-too-long': {
    status: 400,
    says: 'cannot encrypt as much at once',
    action: 'Encrypt a data key with it, and the data with that.',
  },
  'context-unwanted': { status: 400, says: 'takes no encryption context', action: 'Leave the context out.' },
  'invalid-signature': { status: 400, says: 'did not sign this', action: 'Check the message and the signature.' },
  'invalid-mac': { status: 400, says: 'did not make this MAC', action: 'Check the message and the MAC.' },
  'invalid-public-key': {
    status: 400,
    says: 'cannot agree on a secret with this public key',
    action: 'Send the SPKI, DER, of a public key on the same named curve.',
  },
  'incorrect-key': { status: 400, says: 'is not the one that encrypted this', action: 'Name the key that did.' },
  'invalid-ciphertext': {
    status: 400,
    says: 'cannot open this ciphertext',
    action: 'Check the ciphertext and its context.',
  },
  'unknown-ciphertext-key': {
    status: 400,
    says: 'is not the one that encrypted this',
    action: 'Name the key that did.',
  },
  'import-token-invalid': { status: 400, says: 'did not issue this import token', action: IMPORT_AGAIN },
  'import-token-expired': { status: 400, says: 'has an import token that has expired', action: IMPORT_AGAIN },
  'import-undecryptable': { status: 400, says: 'was sent material that does not decrypt', action: IMPORT_AGAIN },
  'import-wrong-length': {
    status: 400,
    says: 'was sent material of the wrong length',
    action: 'Send material of the length of its spec.',
  },
  'import-material-unfit': {
    status: 400,
    says: 'was sent material that is not a key of its spec',
    action: 'Send PKCS#8, DER, of one private key of that spec.',
  },
  'import-wrapping-unfit': {
    status: 400,
    says: 'cannot be sent material by this wrapping',
    action: 'Use an RSA_AES_KEY_WRAP algorithm, or a larger wrapping key.',
  },
  'import-used-otherwise': {
    status: 409,
    says: 'was sent material that another key of the tenant has for another usage',
    action: 'Send other material: one material has one usage.',
  },
  'import-incorrect-material': {
    status: 400,
    says: 'was sent another material than the one it knows',
    action: 'Send the material it had before.',
  },
  'import-another-pending': {
    status: 409,
    says: 'has other material waiting for a rotation',
    action: 'Rotate it, or delete that material.',
  },
  'import-expiry-missing': {
    status: 400,
    says: 'was sent material that expires, without a time',
    action: 'Say when it expires.',
  },
  'import-expiry-unwanted': {
    status: 400,
    says: 'was sent material that does not expire, with a time',
    action: 'Leave the time out.',
  },
  'import-expiry-out-of-range': {
    status: 400,
    says: 'was sent material with an expiry out of range',
    action: 'Choose a time within a year.',
  },
  'import-material-id-unwanted': {
    status: 400,
    says: 'was sent new material under a known id',
    action: 'Leave the material id out.',
  },
  'material-not-found': { status: 404, says: 'has no such material', action: 'Look at the versions of the key.' },
  'rotation-limit': {
    status: 409,
    says: 'was rotated on demand as often as a key may be',
    action: 'Make a new key and move to it.',
  },
  'rotation-near': {
    status: 409,
    says: 'is about to be rotated automatically',
    action: 'Wait until that is done, at most 20 minutes.',
  },
  'rotation-period-out-of-range': {
    status: 400,
    says: 'needs a rotation period of 90 to 2560 days',
    action: 'Choose one within these bounds.',
  },
  'primary-already': {
    status: 409,
    says: 'has its primary in that region already',
    action: 'There is nothing to do.',
  },
  'replica-exists': {
    status: 409,
    says: 'has a related key in that region already',
    action: 'Use that one, or let it go first.',
  },
  'replica-not-found': {
    status: 404,
    says: 'has no replica in that region',
    action: 'Make one there first.',
  },
  'region-not-found': {
    status: 404,
    says: 'cannot go to a region that your tenant does not have',
    action: 'Make the region first: "keystead tenant region add".',
  },
  'not-primary': {
    status: 409,
    says: 'is a replica, or has one region only',
    action: 'Ask for it in the region of the primary key.',
  },
  'no-pending-material': {
    status: 409,
    says: 'has no new material to rotate to',
    action: 'Import new material first.',
  },
  'deletion-window-out-of-range': {
    status: 400,
    says: 'needs a waiting period of 7 to 30 days',
    action: 'Choose one within these bounds.',
  },
  'alias-not-found': { status: 404, says: 'has no such alias', action: 'List the keys to see their aliases.' },
  'alias-exists': { status: 409, says: 'has this alias already', action: 'Choose another alias.' },
  'alias-malformed': {
    status: 400,
    says: 'cannot take an alias of this form',
    action: 'Begin it with alias/ and use letters, digits, / _ -.',
  },
  'alias-reserved': {
    status: 400,
    says: 'cannot take a reserved alias',
    action: 'Choose one that does not begin with alias/aws/.',
  },
  'alias-limit': { status: 409, says: 'has as many aliases as a key may have', action: 'Delete one first.' },
  'alias-incompatible': {
    status: 400,
    says: 'is of another kind than the one that has the alias',
    action: 'Choose a key of the same kind.',
  },
  'grant-invalid': {
    status: 400,
    says: 'cannot have such a grant',
    action: 'Correct the grant and send it again.',
    tellsWhy: true,
  },
  'grant-limit': { status: 409, says: 'has as many grants as a key may have', action: 'Revoke one first.' },
  'grantee-limit': {
    status: 409,
    says: 'has as many grants for this grantee as one may have (the quota grantsPerGrantee)',
    action: 'Revoke one first.',
  },
  'grant-not-found': { status: 404, says: 'has no such grant', action: 'List its grants to see their ids.' },
  'grant-token-invalid': {
    status: 400,
    says: 'was named by a grant token that is not valid',
    action: 'Name the grant by its id.',
  },
  'tag-limit': { status: 409, says: 'has as many tags as a key may have', action: 'Remove one first.' },
  'tag-reserved': {
    status: 400,
    says: 'cannot take a reserved tag',
    action: 'Choose one that does not begin with aws:.',
  },
  'tag-duplicate': { status: 400, says: 'was given the same tag twice', action: 'Give each tag once.' },
  'access-policy-malformed': {
    status: 400,
    says: 'cannot take this policy: it is malformed',
    action: READ_POLICY,
    tellsWhy: true,
  },
  'access-policy-lockout': { status: 400, says: 'cannot take a policy that locks its author out', action: READ_POLICY },
  'key-unavailable': {
    status: 409,
    says: 'lives in a key store that is not connected',
    action: 'Connect its custom key store first.',
  },
  'external-key-failed': {
    status: 409,
    says: 'has a counterpart in an external key store that could not be used',
    action: 'Look at the external key store proxy and its key manager.',
  },
  'key-deleted': { status: 410, says: 'is deleted', action: 'Restore it within 30 days of its deletion.' },
  'deletion-must-wait': {
    status: 409,
    says: 'has relatives in other regions or a part in a key store, so it is let go by a waiting period',
    action: 'Schedule its deletion.',
  },
  'key-not-deleted': { status: 409, says: 'is not deleted', action: 'Delete it first.' },
  'key-expired': { status: 409, says: 'has expired', action: 'Make another key: this one never comes back.' },
  'key-deactivated': {
    status: 409,
    says: 'is deactivated: its time to protect data is over',
    action: 'Make another key, and move what it protects to that one.',
  },
  'key-not-active': { status: 409, says: 'is not active', action: 'Enable it first.' },
  'key-not-suspended': { status: 409, says: 'is not switched off', action: 'There is nothing to switch on.' },
  'too-early': { status: 409, says: 'was changed too short a time ago', action: 'Wait, then send it again.' },
  'restore-expired': { status: 409, says: 'was deleted too long ago to be restored', action: 'It can only be purged.' },
  'not-a-wrapping-key': { status: 400, says: 'is a stored secret, which wraps nothing', action: 'Use a root key.' },
  'payload-missing': {
    status: 400,
    says: 'needs the new material that its owner brings',
    action: 'Send the material.',
  },
  'payload-unwanted': { status: 400, says: 'makes its material itself', action: 'Leave the material out.' },
  'import-nonce-undecryptable': {
    status: 400,
    says: 'was sent a nonce that the material does not decrypt',
    action: 'Encrypt the nonce of the import token under the material, and send the iv.',
  },
  'import-nonce-wrong': {
    status: 400,
    says: 'was sent another nonce than that of the import token',
    action: 'Fetch the import token again.',
  },
  'import-token-required': {
    status: 409,
    says: 'must be brought by an import token: the policies of the instance say so',
    action: 'Wrap its material under the import token of the instance.',
  },
  'creation-forbidden': {
    status: 409,
    says: 'is of a kind that the policies of the instance do not let be made',
    action: 'Have the policy keyCreateImportAccess changed.',
  },
  'key-ring-malformed': {
    status: 400,
    says: 'ring cannot have this name',
    action: 'Use 2 to 100 letters, digits and hyphens.',
  },
  'key-ring-not-found': {
    status: 404,
    says: 'cannot be in a key ring that is not there',
    action: 'Make the key ring first.',
  },
  'key-ring-exists': { status: 409, says: 'ring is there already', action: 'Use it.' },
  'key-ring-not-empty': { status: 409, says: 'ring still holds keys', action: 'Move them to another ring first.' },
  'key-ring-limit': { status: 409, says: 'ring would be one too many', action: 'Delete one that nobody needs.' },
  'key-protected': {
    status: 409,
    says: 'protects resources that are registered with it',
    action:
      'Have the registrations removed first: "keystead key registrations" lists them. A backup environment takes its own away when its data is moved to another master key ("keystead vault rewrap"), or when it is deleted.',
  },
  'key-held': {
    status: 409,
    says: 'protects a resource whose registration does not let it be deleted',
    action: 'Empty the resource and have its registration removed.',
  },
  'authorization-missing': {
    status: 409,
    says: 'is deleted by two people, and another one has not authorised it',
    action: 'Have somebody else authorise the deletion first.',
  },
  'not-dual-authorized': { status: 409, says: 'needs no second person to be deleted', action: 'Delete it.' },
  'dual-authorization-stays': {
    status: 409,
    says: 'is deleted by two people, and stays so for good',
    action: 'Have another person authorise its deletion.',
  },
  'registration-not-found': { status: 404, says: 'has no such registration', action: 'List its registrations.' },
  'registration-exists': { status: 409, says: 'has that registration already', action: 'Update it.' },
  'registration-key-unfit': { status: 409, says: 'is no root key', action: 'Register with a root key.' },
  'registration-key-state': { status: 409, says: 'is not active', action: 'Switch it on first.' },
  'registration-version-unknown': { status: 409, says: 'has no such version', action: 'List its versions.' },
  'registration-owner': { status: 403, says: 'has that registration of another service', action: 'Ask that service.' },
  'registration-limit': { status: 409, says: 'has as many registrations as it may have', action: 'Use another key.' },
  'event-not-found': { status: 404, says: 'has no such event', action: 'Look at the id.' },
  'record-not-authentic': {
    status: 500,
    says: 'has a record in the database that this installation did not write',
    action: 'Run "keystead audit verify" on the server, and restore the database from a copy.',
  },
};

/** Details stay in the audit entry: some of them would tell a guesser more than the code does. */
export function keyRefusal({ code, facts }: KeyError): AdminError {
  const { status, says, action, tellsWhy } = KEY_ERRORS[code];
  const why = tellsWhy === true && facts.detail !== undefined ? `: ${facts.detail}` : '';
  return {
    status,
    code,
    message: `the key${facts.keyId === undefined ? '' : ` ${facts.keyId}`} ${says}${why}`,
    action: facts.allowedAtMs === undefined ? action : `From ${timestamp(facts.allowedAtMs)} on it is allowed.`,
  };
}
