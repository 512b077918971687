import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  writeSync,
} from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { decodeBase64 } from '../bytes/base64.ts';
import { wipe } from '../bytes/bytes.ts';
import { SealKey } from '../crypto/hierarchy.ts';
import { pooledRandom } from '../crypto/random.ts';
import { UnwrapError } from '../crypto/wrapped-secret.ts';
import { SealError, type Protector } from '../keys/ports.ts';

const FORMAT = 'keystead-seal/1';
const KEY_LENGTH = 32;
const MAX_FILE_LENGTH = 4096;
/** Bits of a mode that let others than the owner in. */
const OTHERS = 0o077;

/** A seal whose key lies in a file of its own: docs/spec/key-hierarchy.md, "Seal file". */
export class KeyFileSeal implements Protector {
  readonly sealId: string;
  readonly #key: SealKey;
  readonly #path: string;

  private constructor(path: string, sealId: string, key: Buffer) {
    this.#path = path;
    this.sealId = sealId;
    this.#key = new SealKey(key);
    wipe(key);
  }

  /** Makes a seal file, mode 0600, durable before anything is wrapped under it. Never replaces one. */
  static create(path: string, dataFolder: string): KeyFileSeal {
    requireOutside(path, dataFolder);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const key = randomBytes(KEY_LENGTH);
    const id = randomUUID();
    const text = Buffer.from(`${JSON.stringify({ format: FORMAT, id, key: key.toString('base64') })}\n`, 'utf8');
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
      wipe(text);
    }
    syncFolder(dirname(path));
    return new KeyFileSeal(path, id, key);
  }

  /** @throws {SealError} the file is missing, open to others, inside the data folder, or no seal file */
  static open(path: string, dataFolder: string): KeyFileSeal {
    if (!existsSync(path)) {
      throw new SealError(
        `there is no seal file at ${path}: set KEYSTEAD_SEAL to where it is, or bring it back from your safe`,
      );
    }
    requireOutside(path, dataFolder);
    const { id, key } = readSealFile(path);
    return new KeyFileSeal(path, id, key);
  }

  wrapBarrier(root: Buffer): Buffer {
    return this.#key.wrap(['barrier-key', this.sealId], root, pooledRandom());
  }

  unwrapBarrier(wrapped: Buffer): Buffer {
    try {
      return this.#key.unwrap(['barrier-key', this.sealId], wrapped);
    } catch (error) {
      if (!(error instanceof UnwrapError)) throw error;
      throw new SealError(
        `the seal file ${this.#path} does not open this data: it belongs to another installation, or one of the two was changed`,
      );
    }
  }
}

function readSealFile(path: string): { id: string; key: Buffer } {
  const unfit = (why: string): SealError => new SealError(`the seal file ${path} ${why}`);
  const file = openSync(path, 'r');
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_FILE_LENGTH) throw unfit('is not a seal file');
    if ((stat.mode & OTHERS) !== 0)
      throw unfit('can be read by others: run "chmod 600" on it, and consider its key known');
    const text = readFileSync(file);
    const fields = parse(text);
    wipe(text);
    const key = typeof fields?.['key'] === 'string' ? decodeBase64(fields['key']) : undefined;
    if (fields?.['format'] !== FORMAT || typeof fields['id'] !== 'string' || key?.length !== KEY_LENGTH) {
      throw unfit('is damaged or of another version: bring it back from your safe');
    }
    return { id: fields['id'], key };
  } finally {
    closeSync(file);
  }
}

function parse(text: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** One copied folder must not be everything. */
function requireOutside(path: string, dataFolder: string): void {
  const data = real(dataFolder);
  const inside = relative(data, real(path));
  if (inside !== '..' && !inside.startsWith('../')) {
    throw new SealError(
      `the seal file ${path} must not lie in the data folder ${dataFolder}: whoever copies that folder would have everything. Set KEYSTEAD_SEAL to another place`,
    );
  }
}

/** The path with every symbolic link followed that is there already. */
function real(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = dirname(absolute);
  return parent === absolute ? absolute : resolve(real(parent), relative(parent, absolute));
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
