import { hash, randomBytes } from 'node:crypto';
import { wipe, type Bytes, bytesOf } from '../../bytes/bytes.ts';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { constantTimeEqual } from '../../bytes/equal.ts';
import { X_WING, xWingPair } from '../../crypto/x-wing.ts';
import { VaultError } from '../errors.ts';
import { recoveryKeyId } from './sealed.ts';

export type RecoverySeed = Bytes<'RecoverySeed'>;

const MAGIC = 'keystead-recovery-key-1';
const CHECK_LENGTH = 4;
/** 36 bytes as 9 groups of 8 digits: short enough to be typed in from paper. */
const LINE = new RegExp(`^${MAGIC}((?: [0-9a-f]{8}){9})$`);
const MAX_FILE_LENGTH = 4096;

/** A new pair. The caller wipes the seed once it is written down. */
export function makeRecoveryKey(): { readonly seed: RecoverySeed; readonly keyId: string; readonly publicKey: Buffer } {
  const seed = bytesOf<'RecoverySeed'>(randomBytes(X_WING.seed));
  const { publicKey } = xWingPair(seed);
  return { seed, keyId: recoveryKeyId(publicKey), publicKey };
}

/** The file of a private half: docs/spec/backup-format.md, section 4. The caller wipes it. */
export function writeRecoveryKey(seed: RecoverySeed, keyId: string): Buffer {
  const bytes = Buffer.concat([seed, check(seed)]);
  const digits = bytes.toString('hex').replaceAll(/(.{8})/g, ' $1');
  wipe(bytes);
  const lines = [
    `# The private half of the Keystead recovery key ${keyId}.`,
    '# Whoever has it opens every backup that was made for it, whatever becomes of all other keys. Keep it offline.',
    `${MAGIC}${digits}`,
    '',
  ];
  return Buffer.from(lines.join('\n'), 'latin1');
}

/**
 * The seed in the file of a private half. Lines that begin with `#` and empty ones are skipped. The caller wipes both.
 *
 * @throws {VaultError} `recovery-key-malformed`
 */
export function readRecoveryKey(file: Uint8Array): RecoverySeed {
  const lines = file.length > MAX_FILE_LENGTH ? [] : Buffer.from(file).toString('latin1').split(/\r?\n/);
  const [line, ...more] = lines.map((text) => text.trim()).filter((text) => text !== '' && !text.startsWith('#'));
  const digits = LINE.exec(line ?? '')?.[1];
  if (digits === undefined || more.length > 0) {
    throw new VaultError('recovery-key-malformed', `There is not the one line that begins with ${MAGIC}`);
  }
  const bytes = Buffer.from(digits.replaceAll(' ', ''), 'hex');
  const seed = bytesOf<'RecoverySeed'>(bytes.subarray(0, X_WING.seed));
  if (constantTimeEqual(check(seed), bytes.subarray(X_WING.seed))) return seed;
  wipe(bytes);
  throw new VaultError('recovery-key-malformed', 'A digit is wrong: its last group does not fit the others');
}

/** Finds what was mistyped. It is as secret as the seed, of which it tells 32 bits. */
function check(seed: Uint8Array): Buffer {
  return hash('sha256', lengthPrefixed('keystead/backup/recovery-key/v1', seed), 'buffer').subarray(0, CHECK_LENGTH);
}
