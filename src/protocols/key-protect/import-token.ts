import { createPublicKey } from 'node:crypto';
import type { InstanceImportToken } from '../../keys/instance-import-token.ts';
import type { ResultFacts } from './facts.ts';
import { timestamp } from './names.ts';

/** An import token as this wire shows it, without what only its reading gives. */
export function showImportToken(token: InstanceImportToken): object {
  return { creationDate: timestamp(token.createdAtMs), ...factsOfImportToken(token) };
}

/** What IBM's events tell of an import token. */
export function factsOfImportToken({
  expiresAtMs,
  maxRetrievals,
  remainingRetrievals,
}: InstanceImportToken): ResultFacts {
  return { expirationDate: timestamp(expiresAtMs), maxAllowedRetrievals: maxRetrievals, remainingRetrievals };
}

/** The public key in PEM, as the bytes that the wire has in base64. */
export function publicKeyPem({ publicKey }: InstanceImportToken): Buffer {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return Buffer.from(key.export({ format: 'pem', type: 'spki' }) as string, 'ascii');
}
