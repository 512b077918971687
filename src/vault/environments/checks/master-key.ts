import { randomBytes } from 'node:crypto';
import { bytesOf, wipe } from '../../../bytes/bytes.ts';
import type { KeyOwner } from '../../master-keys/aws-kms.ts';
import type { KeyContext } from '../../master-keys/context.ts';
import { MasterKeyError } from '../../master-keys/master-key-error.ts';
import type { MasterKey } from '../../master-keys/master-key.ts';
import { failed, passed, warned, type CheckRow, type Finding } from './check.ts';
import { checkSkew } from './clock.ts';

/** A master key, and what it is to be in the environment. */
export interface CheckedKey {
  readonly masterKey: MasterKey;
  readonly owner: KeyOwner;
  /** Where the data lies. */
  readonly region: string;
  readonly isPrimary: boolean;
  /** Why it may be in another region than the data. */
  readonly regionException?: string;
}

/** What is looked at of a key that a provider holds, in order. */
export const MASTER_KEY_CHECKS: readonly CheckRow<CheckedKey>[] = [
  ['region', undefined, checkRegion],
  ['key-state', undefined, checkState],
  ['clock', undefined, ({ masterKey }) => checkSkew(masterKey.clockSkewMs)],
  ['key-kind', 'key-state', checkKind],
  ['key-use', 'key-kind', checkUse],
  ['key-context', 'key-use', checkContext],
];

/** What is looked at of a key pair that nobody has online: it wraps, and only its owner can unwrap. */
export const RECOVERY_CHECKS: readonly CheckRow<CheckedKey>[] = [['key-use', undefined, checkWrap]];

function checkRegion({ masterKey, region: wanted, isPrimary, regionException }: CheckedKey): Finding {
  const { region } = masterKey.describe();
  if (region === wanted) return passed(`storage and master key are both in ${region}`);
  if (!isPrimary && regionException !== undefined) {
    return warned(
      `This recipient is in ${region}, outside of ${wanted} where the data lies, by an exception: ${regionException}. Whoever has power over that key there can open the backups.`,
    );
  }
  const use = isPrimary
    ? "Use a key of the storage's region, or storage in the key's region: data and key must stay in one region."
    : 'Use a key of the same region, or say why this recipient may be elsewhere (regionException).';
  return failed(`The storage is in ${wanted}, but the master key is in ${region}. ${use}`);
}

async function checkState({ masterKey }: CheckedKey): Promise<Finding> {
  const { keyId, state, deletionDateMs } = await masterKey.inspect();
  if (keyId !== masterKey.describe().keyId) return failed(`The provider calls this key ${keyId}. Use that name.`);
  if (state === 'enabled') return passed('the key is there and enabled');
  throw new MasterKeyError(
    state,
    keyId,
    state === 'pending-deletion' && deletionDateMs !== undefined ? { deletionDateMs } : {},
  );
}

async function checkKind({ masterKey }: CheckedKey): Promise<Finding> {
  const { suitable, kind } = await masterKey.inspect();
  if (suitable) return passed('the key is symmetric and encrypts');
  return failed(
    `The key is ${kind}. Use a symmetric key that encrypts and decrypts: SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT, or a root key.`,
  );
}

/** The purposes of metadata and dedupe: those that also who only writes may open. */
function probeContext(owner: KeyOwner): KeyContext {
  return { ...owner, purpose: 'metadata', key: randomBytes(16).toString('hex') };
}

async function checkUse({ masterKey, owner, isPrimary }: CheckedKey): Promise<Finding> {
  const context = probeContext(owner);
  const { dataKey, wrapped } = await masterKey.generate(context);
  const opened = await masterKey.unwrap(wrapped, context);
  const same = opened.equals(dataKey);
  wipe(opened);
  try {
    if (!same) return failed('The key opened a data key to something else. Do not use this provider.');
    if (isPrimary) return passed('the key makes data keys and opens them again (GenerateDataKey, Decrypt)');
    await masterKey.wrap(dataKey, context);
    return passed('the key wraps data keys and opens them again (GenerateDataKey, Encrypt, Decrypt)');
  } finally {
    wipe(dataKey);
  }
}

async function checkContext({ masterKey, owner }: CheckedKey): Promise<Finding> {
  const context = probeContext(owner);
  const { dataKey, wrapped } = await masterKey.generate(context);
  wipe(dataKey);
  try {
    wipe(await masterKey.unwrap(wrapped, { ...context, purpose: 'dedupe' }));
  } catch (error) {
    if (error instanceof MasterKeyError && error.code === 'wrong-context-or-tampered') {
      return passed('a data key opens under its own encryption context only');
    }
    throw error;
  }
  return failed('The provider opened a data key under another encryption context. Do not use this provider.');
}

async function checkWrap({ masterKey, owner }: CheckedKey): Promise<Finding> {
  const dataKey = bytesOf<'DataKey'>(randomBytes(32));
  try {
    await masterKey.wrap(dataKey, probeContext(owner));
  } finally {
    wipe(dataKey);
  }
  return passed('the public key wraps data keys; that its private half is safe and opens them, only its owner can try');
}
