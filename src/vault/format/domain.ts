import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { expand, type HeldKey } from './object-key.ts';

const NOTHING = Buffer.alloc(0);

/** The secrets of one dedupe domain: chunk ids of two domains never match. */
export interface DedupeDomain {
  /** The source's name. */
  readonly name: string;
  /** What manifests say in clear: 32 hexadecimal digits. */
  readonly id: string;
  readonly chunkIdKey: KeyObject;
  readonly treeIdKey: KeyObject;
  /** 256 words that decide where chunks end. */
  readonly gear: Uint32Array;
}

/** Derives the secrets of a domain from the vault's dedupe key: docs/spec/backup-format.md section 2. */
export function dedupeDomain(dedupe: HeldKey, vaultId: string, name: string): DedupeDomain {
  const info = lengthPrefixed('keystead/backup/dedupe/v1', Buffer.from(vaultId, 'hex'), name);
  const secrets = expand(dedupe.key, NOTHING, info, 96);
  const chunkIdKey = createSecretKey(secrets.subarray(0, 32));
  const treeIdKey = createSecretKey(secrets.subarray(32, 64));
  const table = expand(createSecretKey(secrets.subarray(64)), NOTHING, Buffer.from('keystead/backup/gear/v1'), 1024);
  wipe(secrets);
  const gear = new Uint32Array(256);
  for (let i = 0; i < 256; i++) gear[i] = table.readUInt32BE(i * 4);
  wipe(table);
  const id = idOf(chunkIdKey, Buffer.from('keystead/backup/domain-id/v1')).subarray(0, 16).toString('hex');
  return { name, id, chunkIdKey, treeIdKey, gear };
}

/** HMAC-SHA-256: the name of a chunk or of a tree node within its domain, 32 bytes. */
export function idOf(key: KeyObject, plaintext: Uint8Array): Buffer {
  return createHmac('sha256', key).update(plaintext).digest();
}
