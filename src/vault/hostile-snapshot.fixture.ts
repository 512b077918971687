import { Compressor } from './format/compress.ts';
import { dedupeDomain, idOf, type DedupeDomain } from './format/domain.ts';
import { ChunkKind, type ChunkEntry } from './format/format.ts';
import { sealIndex, type IndexedPack } from './format/index-object.ts';
import { sealManifest, snapshotId, snapshotName, type NeededKey } from './format/manifest.ts';
import type { HeldKey } from './format/object-key.ts';
import { PackWriter, type SealedPack } from './format/pack.ts';
import { encodeNode, type FileEntry } from './format/tree.ts';
import type { KeyRing } from './key-ring.ts';
import { writerFor, type Repository } from './repository.ts';
import { packName } from './tree-reader.ts';
import { noise } from './vault.fixture.ts';

/** What a hostile writer may have otherwise in a snapshot of its own, all of it signed and encrypted as it should be. */
export interface Spoiled {
  /** The one node of its tree. */
  readonly node?: (entry: FileEntry) => Buffer;
  /** What its index object tells of the one chunk. */
  readonly told?: (entry: ChunkEntry) => ChunkEntry;
  /** Its index object tells nothing of the pack of that chunk. */
  readonly untold?: true;
  /** The data key that its index object names for that pack. */
  readonly packKey?: (keys: HostileKeys) => string;
  /** Its index object lies under a metadata key that the head does not name. */
  readonly strayIndexKey?: true;
  readonly keys?: (keys: readonly NeededKey[], held: HostileKeys) => readonly NeededKey[];
  /** The packs of its reference list, that of the chunk first. */
  readonly packs?: (packs: readonly string[]) => readonly string[];
  /** Index objects that it names besides its own. */
  readonly indexes?: readonly string[];
  /** The name of its source. */
  readonly source?: string;
}

export interface HostileKeys {
  readonly data: HeldKey;
  readonly metadata: HeldKey;
  readonly stray: HeldKey;
  readonly dedupe: HeldKey;
}

/** Content of the one file. */
const CONTENT = noise('hostile', 200).subarray(0, 200);
const STATISTICS = { files: 1, folders: 0, links: 0, bytes: 200, problems: 0 };

/** A writer that signs what no sound one makes: snapshots of one small file, whose one chunk they share. */
export class HostileWriter {
  readonly #repository: Repository;
  readonly keys: HostileKeys;
  readonly #domain: DedupeDomain;
  readonly #pack: SealedPack;
  #previous: string | null = null;
  #sequence = 0;

  private constructor(repository: Repository, keys: HostileKeys) {
    this.#repository = repository;
    this.keys = keys;
    this.#domain = dedupeDomain(keys.dedupe, repository.descriptor.vault, 'hostile');
    this.#pack = this.#packOf(keys.data, idOf(this.#domain.chunkIdKey, CONTENT), ChunkKind.content, CONTENT);
  }

  static async make(repository: Repository, ring: KeyRing): Promise<HostileWriter> {
    const writer = writerFor(repository);
    const made = new HostileWriter(repository, {
      data: await ring.create('data', writer),
      metadata: await ring.create('metadata', writer),
      stray: await ring.create('metadata', writer),
      dedupe: await ring.get(repository.dedupeKey),
    });
    await made.#put(made.#pack);
    return made;
  }

  /** Puts a snapshot; answers its id, and the id of its index object. */
  async snapshot(spoiled: Spoiled = {}): Promise<{ readonly id: string; readonly index: string }> {
    const { target, descriptor, random } = this.#repository;
    const { data, metadata, stray, dedupe } = this.keys;
    const writer = writerFor(this.#repository);
    const { source = 'hostile' } = spoiled;
    const domain = dedupeDomain(dedupe, descriptor.vault, source);
    const [chunk] = this.#pack.entries as [ChunkEntry];
    const entry: FileEntry = {
      type: 'file',
      name: Buffer.from('file'),
      mode: 0o600,
      uid: 0,
      gid: 0,
      // Each snapshot has a node of its own.
      mtimeNs: BigInt(this.#sequence),
      ctimeNs: 0n,
      device: 0n,
      inode: 0n,
      links: 1,
      size: CONTENT.length,
      extents: [{ chunk: chunk.id, offset: 0, length: CONTENT.length }],
      changedWhileRead: false,
    };
    const node = (spoiled.node ?? ((one) => encodeNode([one])))(entry);
    const nodeId = idOf(domain.treeIdKey, node);
    const tree = this.#packOf(metadata, nodeId, ChunkKind.tree, node);
    await this.#put(tree);
    const dataPack = { ...told(this.#pack), keyId: spoiled.packKey?.(this.keys) ?? this.#pack.keyId };
    const entries = [spoiled.told?.(chunk) ?? chunk];
    const packs = [...(spoiled.untold ? [] : [{ ...dataPack, entries }]), told(tree)];
    const held = spoiled.strayIndexKey ? stray : metadata;
    const index = sealIndex(packs, held, descriptor.vault, writer, random(32));
    await target.put(`index/${index.id}`, index.bytes);
    const named = [data, metadata, dedupe].map(({ id, purpose, commitment }) => {
      return { id, purpose, commitment: commitment.toString('hex') };
    });
    const listed = [this.#pack.id, tree.id];
    const place = { writer: writer.id, sequence: ++this.#sequence };
    const head = {
      ...place,
      vault: descriptor.vault,
      previous: this.#previous,
      parent: null,
      domain: domain.id,
      createdMs: this.#repository.clock.nowMs(),
      keys: spoiled.keys?.(named, this.keys) ?? named,
    };
    const body = {
      source,
      startedMs: 1,
      finishedMs: 1,
      root: [nodeId],
      statistics: STATISTICS,
      problems: [],
      indexes: [index.id, ...(spoiled.indexes ?? [])],
      packs: spoiled.packs?.(listed) ?? listed,
    };
    const manifest = sealManifest(head, body, metadata, writer.privateKey, random(32));
    await target.put(snapshotName(place.writer, place.sequence), manifest.bytes);
    this.#previous = manifest.headDigest;
    return { id: snapshotId(place), index: index.id };
  }

  #packOf(held: HeldKey, id: Buffer, kind: number, plain: Buffer): SealedPack {
    const writer = new PackWriter(held, this.#repository.descriptor.vault, new Compressor());
    writer.add(id, kind, plain);
    return writer.finish();
  }

  async #put({ id, bytes }: SealedPack): Promise<void> {
    await this.#repository.target.put(packName(id), bytes);
  }
}

function told({ id, keyId, bytes, entries }: SealedPack): IndexedPack {
  return { id, keyId, length: bytes.length, entries };
}
