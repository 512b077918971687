import { randomBytes } from 'node:crypto';
import { bytesOf, wipe } from '../bytes/bytes.ts';
import { hedgedSalt } from '../crypto/salt.ts';
import {
  externalAad,
  joinExternal,
  openInner,
  sealInner,
  type ParsedExternalCiphertext,
} from '../crypto/external-ciphertext.ts';
import type { Random } from '../crypto/random.ts';
import { KeyError } from './errors.ts';
import { ExternalKeyError, type ExternalKeys, type ExternalRequest, type ProxyStore } from './external-keys.ts';
import type { OpenKey } from './open-key.ts';
import { requireSymmetric, type DataKey, type Decrypted, type Encrypted } from './use.ts';

/** How the other half of a key is reached, and for whom. */
export interface External {
  readonly keys: ExternalKeys;
  readonly request: ExternalRequest;
}

/**
 * Encrypts 1 to 4096 bytes under a key that is half elsewhere: under our material first, then under the external key.
 *
 * @throws {KeyError} what the key's state refuses; `external-key-failed`
 */
export async function encryptExternally(
  openKey: OpenKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
  { keys, request }: External,
): Promise<Encrypted> {
  requireSymmetric(openKey.key, nowMs);
  const { store, externalKeyId } = otherHalf(openKey);
  const { version, handle, material } = openKey.current(nowMs);
  const sealed = sealInner(material, handle, hedgedSalt(random(32), aad, plaintext), aad, plaintext);
  const bound = externalAad(sealed.header, aad);
  const parts = await asked(openKey, () =>
    keys.encrypt(openKey.space, store, externalKeyId, request, sealed.inner, bound),
  );
  const ciphertext = joinExternal(sealed, parts);
  if (ciphertext === undefined) throw failed(openKey, new ExternalKeyError('malformed-answer', 'lengths'));
  return { ciphertext, version };
}

/**
 * Decrypts with the external key first, then with the version of our material that the ciphertext names.
 *
 * @throws {KeyError} what the key's state refuses; `external-key-failed`, `invalid-ciphertext`
 */
export async function decryptExternally(
  openKey: OpenKey,
  ciphertext: ParsedExternalCiphertext,
  aad: Uint8Array,
  nowMs: number,
  { keys, request }: External,
): Promise<Decrypted> {
  requireSymmetric(openKey.key, nowMs);
  const { store, externalKeyId } = otherHalf(openKey);
  const { version, material } = openKey.byHandle(ciphertext.handle, nowMs);
  const { header, parts } = ciphertext;
  const bound = externalAad(header, aad);
  const inner = await asked(openKey, () => keys.decrypt(openKey.space, store, externalKeyId, request, parts, bound));
  const plaintext = openInner(material, header, inner, aad);
  wipe(inner);
  if (typeof plaintext === 'string') throw failed(openKey, new ExternalKeyError('wrong-plaintext', plaintext));
  return { plaintext, version };
}

/** Makes a data key of 1 to 1024 bytes and encrypts it so. The caller wipes the data key once it is handed out. */
export async function generateDataKeyExternally(
  openKey: OpenKey,
  length: number,
  aad: Uint8Array,
  nowMs: number,
  random: Random,
  external: External,
): Promise<Encrypted & { readonly dataKey: DataKey }> {
  requireSymmetric(openKey.key, nowMs);
  const dataKey = bytesOf<'DataKey'>(randomBytes(length));
  try {
    return { ...(await encryptExternally(openKey, dataKey, aad, nowMs, random, external)), dataKey };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}

/** Where the other half of a key is. */
function otherHalf({ key, keyStore }: OpenKey): { readonly store: ProxyStore; readonly externalKeyId: string } {
  const externalKeyId = key.keyStore?.externalKeyId;
  if (keyStore === undefined || keyStore.reach.kind !== 'proxy' || externalKeyId === undefined) {
    throw new KeyError('key-unavailable', { keyId: key.id });
  }
  return { store: { id: keyStore.id, reach: keyStore.reach }, externalKeyId };
}

async function asked<Answer>(openKey: OpenKey, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof ExternalKeyError ? failed(openKey, error) : error;
  }
}

function failed({ key }: OpenKey, { failure, message }: ExternalKeyError): KeyError {
  return new KeyError('external-key-failed', { keyId: key.id, failure, detail: message });
}
