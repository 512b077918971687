import type { KeyObject } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { mustExist } from './failure.ts';
import { openssl, type Pointer } from './openssl.ts';

const handles = new WeakMap<KeyObject, Pointer>();
/** OpenSSL's copy goes when the key itself is gone. */
const registry = new FinalizationRegistry<Pointer>((handle) => openssl().EVP_PKEY_free(handle));

/** OpenSSL's own form of a private or public key, made once and kept as long as the key lives. */
export function evpKey(key: KeyObject): Pointer {
  const known = handles.get(key);
  if (known !== undefined) return known;
  const handle = key.type === 'private' ? readPrivate(key) : readPublic(key);
  handles.set(key, handle);
  registry.register(key, handle);
  return handle;
}

function readPrivate(key: KeyObject): Pointer {
  const bytes = key.export({ format: 'der', type: 'pkcs8' });
  try {
    return withBio(bytes, (bio) => mustExist(openssl().d2i_PrivateKey_bio(bio, null), 'd2i_PrivateKey_bio'));
  } finally {
    wipe(bytes);
  }
}

function readPublic(key: KeyObject): Pointer {
  const bytes = key.export({ format: 'der', type: 'spki' });
  return withBio(bytes, (bio) => mustExist(openssl().d2i_PUBKEY_bio(bio, null), 'd2i_PUBKEY_bio'));
}

/** OpenSSL reads the bytes where they lie: those of a Buffer that Node exported do not move. */
function withBio(bytes: Buffer, read: (bio: Pointer) => Pointer): Pointer {
  const bio = mustExist(openssl().BIO_new_mem_buf(bytes, bytes.length), 'BIO_new_mem_buf');
  try {
    return read(bio);
  } finally {
    openssl().BIO_free(bio);
  }
}

/** Runs with a context of OpenSSL for the key, and frees it. */
export function withKeyContext<Result>(key: KeyObject, run: (ctx: Pointer) => Result): Result {
  const ctx = mustExist(openssl().EVP_PKEY_CTX_new(evpKey(key), null), 'EVP_PKEY_CTX_new');
  try {
    return run(ctx);
  } finally {
    openssl().EVP_PKEY_CTX_free(ctx);
  }
}
