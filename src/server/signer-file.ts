import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/tile-folder.ts';

/** Who signs the checkpoints of an installation. Public: whoever verifies keeps a copy of it. */
export interface Signer {
  readonly origin: string;
  readonly publicKey: KeyObject;
}

const FILE = 'signer.json';

/** Writes the signer beside what it signs, so that the logs can be verified without the seal. */
export function keepSigner(folder: string, { origin, publicKey }: Signer): void {
  const text = `${JSON.stringify({ origin, publicKey: publicKey.export({ format: 'pem', type: 'spki' }) }, null, 2)}\n`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) replaceFile(path, Buffer.from(text, 'utf8'));
}

/** Reads a signer from a folder or a file. @throws {SignerError} */
export function readSigner(path: string): Signer {
  const file = path.endsWith('.json') ? path : join(path, FILE);
  try {
    const { origin, publicKey } = JSON.parse(readFileSync(file, 'utf8')) as { origin: unknown; publicKey: unknown };
    if (typeof origin === 'string' && typeof publicKey === 'string')
      return { origin, publicKey: createPublicKey(publicKey) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new SignerError(
        `there is no ${file}, which the logs are verified with: check the data folder, or name a copy by --signer. Into a restored data folder the server writes it at its next start`,
      );
    throw new SignerError(`${file} cannot be read as a signer's public key: ${(error as Error).message}`);
  }
  throw new SignerError(`${file} is not a signer's public key`);
}

export class SignerError extends Error {
  override readonly name = 'SignerError';
}
