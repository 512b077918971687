import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { wipe } from '../../bytes/bytes.ts';
import { lengthPrefixed } from '../../bytes/encoding.ts';
import { TAG_LENGTH } from '../format/format.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Manifest, ManifestBody } from '../format/manifest.ts';
import { expand } from '../format/object-key.ts';
import type { Repository } from '../repository.ts';
import { readBody } from '../snapshots.ts';

const NONCE_LENGTH = 12;
const NOTHING = Buffer.alloc(0);

/** What decides about a snapshot and is encrypted in its manifest. */
export interface SnapshotNeeds extends Pick<ManifestBody, 'source' | 'indexes' | 'packs'> {
  /** How many problems it has. */
  readonly problems: number;
}

/**
 * What this machine remembers of manifests, so that their bodies are decrypted once and not at every survey: a manifest
 * does not change, and its head's digest stands for it. The cache may be changed or ruined by whoever gets at the disk:
 * each entry is sealed under a key that comes from the vault's dedupe key, which a master key opens for every run. One
 * that does not open is read from the store again.
 */
export class SnapshotMemory {
  readonly #repository: Repository;
  readonly #ring: KeyRing;
  readonly #key: KeyObject;

  private constructor(repository: Repository, ring: KeyRing, key: KeyObject) {
    this.#repository = repository;
    this.#ring = ring;
    this.#key = key;
  }

  /** Asks a master key, if the ring has not yet. */
  static async open(repository: Repository, ring: KeyRing): Promise<SnapshotMemory> {
    const held = await ring.get(repository.dedupeKey);
    const info = lengthPrefixed('keystead/cache/snapshot-memory/v1', repository.descriptor.vault, held.id);
    const bytes = expand(held.key, NOTHING, info, 32);
    const key = createSecretKey(bytes);
    wipe(bytes);
    return new SnapshotMemory(repository, ring, key);
  }

  async needs(manifest: Manifest): Promise<SnapshotNeeds> {
    const known = this.#find(manifest.headDigest);
    if (known) return known;
    const { source, statistics, indexes, packs } = await readBody(this.#repository, this.#ring, manifest);
    const needs = { source, problems: statistics.problems, indexes, packs };
    this.#keep(manifest.headDigest, needs);
    return needs;
  }

  /** Forgets what is gone. */
  keepOnly(manifests: readonly Manifest[]): void {
    this.#repository.cache.needs.keepOnly(new Set(manifests.map(({ headDigest }) => headDigest)));
  }

  #find(head: string): SnapshotNeeds | undefined {
    const kept = this.#repository.cache.needs.find(head);
    if (kept === undefined || kept.sealed.length < NONCE_LENGTH + TAG_LENGTH) return undefined;
    const { sealed, indexes, packs } = kept;
    const end = sealed.length - TAG_LENGTH;
    const nonce = sealed.subarray(0, NONCE_LENGTH);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(aadOf(head, kept));
    decipher.setAuthTag(sealed.subarray(end));
    const text = decipher.update(sealed.subarray(NONCE_LENGTH, end));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    const { source, problems } = JSON.parse(text.toString()) as Pick<SnapshotNeeds, 'source' | 'problems'>;
    return { source, problems, indexes, packs };
  }

  #keep(head: string, { source, problems, indexes, packs }: SnapshotNeeds): void {
    const nonce = this.#repository.random(NONCE_LENGTH);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_LENGTH });
    cipher.setAAD(aadOf(head, { indexes, packs }));
    const text = Buffer.from(JSON.stringify({ source, problems }));
    const sealed = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    this.#repository.cache.needs.keep(head, { indexes, packs, sealed });
  }
}

function aadOf(head: string, { indexes, packs }: Pick<SnapshotNeeds, 'indexes' | 'packs'>): Buffer {
  return lengthPrefixed(head, hash('sha256', indexes.join()), hash('sha256', packs.join()));
}
