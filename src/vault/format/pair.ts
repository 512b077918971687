import { wipe } from '../../bytes/bytes.ts';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { X_WING, xWingPair, type XWingPrivateKey } from '../../crypto/x-wing.ts';
import { VaultError } from '../errors.ts';
import { expand, type HeldKey } from './object-key.ts';
import { openByCreator, sealByCreator, type CreatorIdentity } from './signed-object.ts';
import type { WriterKey } from './writer-key.ts';

/** The public key that writers without a master key encrypt to: docs/spec/backup-format.md, section 4. */
export interface Pair {
  /** The data key of purpose `pair` that its seed comes from: 32 hexadecimal digits. */
  readonly key: string;
  /** 1,216 bytes. */
  readonly publicKey: Buffer;
  readonly createdMs: number;
}

const NAME = /^pairs\/([0-9a-f]{32})\.json$/;

export function pairName(key: string): string {
  return `pairs/${key}.json`;
}

/** The key of an object's name; `undefined` where it is no name of a pair. */
export function parsePairName(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** Both halves, from the data key of purpose `pair`. */
export function pairOf(held: HeldKey, vaultId: string): XWingPrivateKey {
  if (held.purpose !== 'pair') throw new TypeError(`a pair does not come from a key of purpose ${held.purpose}`);
  const info = lengthPrefixed('keystead/backup/pair/v1', Buffer.from(vaultId, 'hex'), Buffer.from(held.id, 'hex'));
  const seed = expand(held.key, Buffer.alloc(0), info, X_WING.seed);
  try {
    return xWingPair(seed);
  } finally {
    wipe(seed);
  }
}

/** Writes the public half, signed by the vault's creator. */
export function sealPair({ createdMs, key, publicKey }: Pair, vault: string, creator: WriterKey): Buffer {
  return sealByCreator('pair', vault, { createdMs, key, publicKey: publicKey.toString('base64') }, creator);
}

/** Reads the public half that was found under `name`. Only the creator's word counts. @throws {VaultError} */
export function openPair(name: string, bytes: Buffer, identity: CreatorIdentity): Pair {
  const what = `The public key ${name}`;
  const body = openByCreator('pair', what, bytes, ['createdMs', 'key', 'publicKey'], identity);
  const pair: Pair = {
    key: body.hex('key', 16),
    publicKey: body.base64('publicKey'),
    createdMs: body.count('createdMs'),
  };
  if (pairName(pair.key) !== name) throw new VaultError('wrong-name', `${what} lies under the name of another one`);
  if (pair.publicKey.length !== X_WING.publicKey) {
    throw new VaultError('malformed', `${what} holds no public key of X-Wing`);
  }
  return pair;
}

/** Refuses a private half that is not that of a public key: its data key is another than the creator meant. */
export function checkPair(pair: Pair, privateKey: XWingPrivateKey): void {
  if (!privateKey.publicKey.equals(pair.publicKey)) {
    throw new VaultError('tampered', `The public key ${pairName(pair.key)} is not that of its data key`);
  }
}
