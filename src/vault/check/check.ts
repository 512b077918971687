import { randomInt } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { drill, type DrillReport } from './check-drill.ts';
import { hiddenObjects } from './check-hidden.ts';
import { lockFindings, type PromisedLock } from './check-locks.ts';
import { withImpact } from './check-impact.ts';
import { CHECK_LEVELS, type CheckFinding, type CheckLevel, type ProvenRestorable } from './check-level.ts';
import { checkObjects } from './check-objects.ts';
import { parseEnvelopeName } from '../format/envelope.ts';
import { VaultError } from '../errors.ts';
import { ChunkKind, MAX_DEPTH, MAX_PACK_LENGTH, type ChunkEntry } from '../format/format.ts';
import type { DedupeDomain } from '../format/domain.ts';
import { idOf } from '../format/domain.ts';
import type { CachedPack, ChunkIndex, KnownHead } from '../index-cache.ts';
import { loadIndexes } from '../index-sync.ts';
import { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import {
  dedupeKeyOf,
  snapshotId,
  takenMsOf,
  type Manifest,
  type ManifestBody,
  type ManifestHead,
} from '../format/manifest.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import { openChunkUnchecked, readPackTable } from '../format/pack.ts';
import { Progress, type OnProgress } from '../progress.ts';
import { openDomain, type Repository } from '../repository.ts';
import { droppedRetired } from '../read-retired.ts';
import { isDamage } from '../restore/restore-steps.ts';
import { listSnapshots, readSnapshot } from '../snapshots.ts';
import { packName, TreeReader } from '../tree-reader.ts';

export interface CheckOptions {
  readonly repository: Repository;
  readonly level: CheckLevel;
  /** How much of the needed packs the level `sample` reads, in percent; 5 by default. At least one pack is read. */
  readonly samplePercent?: number;
  readonly knownHeads?: readonly KnownHead[];
  /** How what is needed is to be locked, where the environment promises that. */
  readonly lock?: PromisedLock;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface CheckReport {
  readonly level: CheckLevel;
  readonly snapshots: number;
  /** Objects that were compared with their names and signatures. */
  readonly objects: number;
  /** Packs that snapshots need. */
  readonly packs: number;
  /** Bytes of packs, or of files of a drill, that were read and verified. */
  readonly verifiedBytes: number;
  /** What a drill has asked for and read. */
  readonly drill?: Omit<DrillReport, 'findings' | 'proven'>;
  /** Sources whose newest snapshot was seen to be restorable, by levels that read what they prove. */
  readonly proven: readonly ProvenRestorable[];
  readonly findings: readonly CheckFinding[];
}

/** The chunks that snapshots use, on disk: ten terabytes have forty million. */
class UsedChunks {
  readonly #database = new DatabaseSync('');
  readonly #add;
  readonly #find;

  constructor() {
    this.#database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    this.#database.exec(
      'CREATE TABLE used (id BLOB, writer TEXT, domain INTEGER, PRIMARY KEY (id, writer)) WITHOUT ROWID',
    );
    this.#add = this.#database.prepare('INSERT OR IGNORE INTO used VALUES (?, ?, ?)');
    this.#find = this.#database.prepare('SELECT domain FROM used WHERE id = ? LIMIT 1');
  }

  /** Whether the chunk is new to this check. */
  add(id: Buffer, domain: number, writer: string): boolean {
    return this.#add.run(id, writer, domain).changes === 1;
  }

  domainOf(id: Buffer): number | undefined {
    return this.#find.get(id)?.['domain'] as number | undefined;
  }

  close(): void {
    this.#database.close();
  }
}

/** Checks a vault, and says everything it finds instead of ending at the first. A master key that says no ends it. */
export async function check(options: CheckOptions): Promise<CheckReport> {
  return await new Check(options).run();
}

/** The check of one snapshot's tree. */
interface TreeCheck {
  readonly reader: TreeReader;
  readonly index: ChunkIndex;
  /** The number of the snapshot's domain. */
  readonly domain: number;
  readonly writer: string;
  /** Packs of the snapshot's reference list. */
  readonly listed: ReadonlySet<string>;
  readonly guard: KeyGuard;
  readonly snapshot: string;
}

class Check {
  readonly #options: CheckOptions;
  readonly #findings: CheckFinding[] = [];
  readonly #told = new Set<string>();
  readonly #used = new UsedChunks();
  readonly #domains: DedupeDomain[] = [];
  /** Packs that some snapshot needs, by id, with the key they are under. */
  readonly #packs = new Map<string, string>();
  readonly #lengths = new Map<string, number>();
  /** Names of the index objects that the store has: what a cache knows of others helps nobody who has none. */
  readonly #indexes = new Set<string>();
  /** Names of sources, by snapshot. */
  readonly #sources = new Map<string, string>();
  #verifiedBytes = 0;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  async run(): Promise<CheckReport> {
    const { repository, level, knownHeads, lock, signal } = this.#options;
    const scope = CHECK_LEVELS[level];
    using progress = new Progress(this.#options.onProgress, repository.clock);
    const advance = (bytes: number): void => {
      progress.bytes += bytes;
      progress.tell('check');
    };
    const told = { ...(signal && { signal }) };
    try {
      const list = await listSnapshots(repository, knownHeads, { anew: true });
      const { snapshots, findings } = list;
      // After the snapshots: what a backup puts meanwhile is there before its snapshot is.
      if (scope.trees)
        for await (const { name, length } of repository.target.list('packs/')) this.#lengths.set(name, length);
      if (scope.trees || scope.drill)
        for await (const { name } of repository.target.list('index/')) this.#indexes.add(name);
      for (const { code, snapshot, text } of findings)
        this.#find({ code, where: snapshot, text, snapshots: [snapshot] });
      if (level !== 'list') for (const finding of await hiddenObjects(repository.target)) this.#find(finding);
      for (const finding of await lockFindings(repository, list, lock, signal)) this.#find(finding);
      await this.#envelopesAreThere(snapshots);
      for (const finding of await droppedRetired(repository)) this.#find(finding);
      let objects = 0;
      if (scope.objects !== 'none') {
        const report = await checkObjects(repository, scope.objects, { ...told, onObject: advance });
        objects = report.objects;
        for (const finding of report.findings) this.#find(finding);
        if (scope.objects === 'all') this.#verifiedBytes += report.bytes;
      }
      if (scope.trees) {
        for (const { head } of snapshots) {
          const id = snapshotId(head);
          await this.#collect(id, () => this.#snapshot(id));
        }
      }
      if (scope.packs !== 'none') await this.#data(scope.packs, progress);
      if (scope.drill && !scope.trees) await this.#referencesAreThere(snapshots);
      const drilled = scope.drill ? await drill(repository, snapshots, { ...told, onBytes: advance }) : undefined;
      for (const finding of drilled?.findings ?? []) this.#find(finding);
      this.#verifiedBytes += drilled?.bytes ?? 0;
      const all = await this.#standing(snapshots, await withImpact(repository, snapshots, this.#findings));
      return {
        level,
        snapshots: snapshots.length,
        objects,
        packs: this.#packs.size,
        verifiedBytes: this.#verifiedBytes,
        ...(drilled && { drill: countsOf(drilled) }),
        proven: this.#proven(snapshots, drilled, all),
        findings: all,
      };
    } finally {
      this.#used.close();
    }
  }

  #find(finding: CheckFinding): void {
    const key = `${finding.code} ${finding.where} ${finding.text}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#findings.push(finding);
  }

  /** Findings but for those about snapshots alone that have gone on purpose since they were listed. */
  async #standing(snapshots: readonly Manifest[], findings: readonly CheckFinding[]): Promise<readonly CheckFinding[]> {
    if (findings.length === 0) return findings;
    const { tombstones, superseded } = await listSnapshots(this.#options.repository, this.#options.knownHeads);
    const ended = [...tombstones, ...superseded.map(({ manifest }) => manifest.head)].map((one) => snapshotId(one));
    const listed = new Set(snapshots.map(({ head }) => snapshotId(head)));
    const gone = new Set(ended.filter((id) => listed.has(id)));
    // Data keys that no other snapshot needs, and what lies under them.
    const destroyed = new Set(tombstones.flatMap((one) => (gone.has(snapshotId(one)) ? one.destroyed : [])));
    const unreadable = new Set([...this.#packs].flatMap(([id, key]) => (destroyed.has(key) ? [packName(id)] : [])));
    const isOver = ({ where, snapshots: hit = [] }: CheckFinding): boolean =>
      gone.has(where) || unreadable.has(where) || (hit.length > 0 && hit.every((id) => gone.has(id)));
    return findings.filter((finding) => !isOver(finding));
  }

  /** That each data key that a head names has an envelope, whoever can open it. */
  async #envelopesAreThere(snapshots: readonly Manifest[]): Promise<void> {
    const there = new Set<string>();
    for await (const { name } of this.#options.repository.target.list('keys/')) {
      const key = parseEnvelopeName(name)?.key;
      if (key !== undefined) there.add(key);
    }
    const missing = new Set(
      snapshots.flatMap(({ head }) => head.keys.map(({ id }) => id)).filter((id) => !there.has(id)),
    );
    for (const id of missing) {
      this.#find({
        code: 'object-missing',
        where: `keys/${id}`,
        text: `The envelope of data key ${id} is not in the store`,
      });
    }
  }

  /** That each index object that a snapshot names is in the store; reads every reference list. */
  async #referencesAreThere(snapshots: readonly Manifest[]): Promise<void> {
    for (const { head } of snapshots) {
      const ring = this.#options.repository.keyRing();
      try {
        this.#indexesAreThere((await readSnapshot(this.#options.repository, ring, snapshotId(head))).body.indexes);
      } catch (error) {
        // What cannot be read is told by the drill, with what refused it.
        if (!isDamage(error) && !(error instanceof MasterKeyError)) throw error;
      } finally {
        ring.drop();
      }
    }
  }

  #indexesAreThere(ids: readonly string[]): void {
    for (const id of ids) {
      const where = `index/${id}`;
      if (!this.#indexes.has(where))
        this.#find({ code: 'object-missing', where, text: `The index object ${id} is not in the store` });
    }
  }

  /** Which sources are proven: their newest snapshot was read, and nothing was found that hits it. */
  #proven(
    snapshots: readonly Manifest[],
    drilled: DrillReport | undefined,
    findings: readonly CheckFinding[],
  ): ProvenRestorable[] {
    const { level, repository } = this.#options;
    const hit = new Set(findings.flatMap(({ snapshots: ids = [] }) => ids));
    const newest = new Map(
      snapshots.toSorted((a, b) => takenMsOf(a.head) - takenMsOf(b.head)).map((one) => [one.head.domain, one.head]),
    );
    const read = level === 'data' ? [...newest.values()].map((head) => this.#readable(head)) : (drilled?.proven ?? []);
    const provenMs = repository.clock.nowMs();
    return read.filter(({ snapshotId: id }) => !hit.has(id)).map((one) => ({ ...one, level, provenMs }));
  }

  #readable(head: ManifestHead) {
    const id = snapshotId(head);
    return { source: this.#sources.get(id) ?? '', snapshotId: id, takenMs: takenMsOf(head) };
  }

  /** Turns a refusal by the vault into a finding. A store that does not answer is none: nothing is known of its objects. */
  async #collect(where: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof VaultError) || error.code === 'cancelled' || error.code.startsWith('target-')) throw error;
      this.#find({ code: error.code, where, text: error.what });
    }
  }

  async #snapshot(id: string): Promise<void> {
    const { repository, signal } = this.#options;
    const ring = repository.keyRing();
    try {
      const { manifest, body } = await readSnapshot(repository, ring, id);
      ring.expect(manifest.head.keys);
      this.#indexesAreThere(body.indexes);
      const guard = new KeyGuard(ring, manifest.head.body.key, repository.clock, signal);
      for (const key of manifest.head.keys) await ring.get(key.id);
      const domain = await openDomain(repository, ring, body.source, dedupeKeyOf(manifest.head));
      if (domain.id !== manifest.head.domain)
        throw new VaultError('malformed', 'The snapshot names another source than its head');
      const index = await loadIndexes(repository, ring, body);
      this.#sources.set(id, body.source);
      const listed = new Set(body.packs);
      const number = this.#domains.push(domain) - 1;
      const reader = new TreeReader(repository, ring, domain.treeIdKey, index);
      const { writer } = manifest.head;
      try {
        await this.#tree({ reader, index, domain: number, writer, listed, guard, snapshot: id }, body.root);
      } catch (error) {
        this.#listedPacks(body);
        throw error;
      }
    } finally {
      ring.drop();
    }
  }

  /** What lies behind a damaged folder is known by the reference list alone: its packs are damaged or sound by themselves. */
  #listedPacks({ indexes, packs }: ManifestBody): void {
    for (const id of packs) {
      const pack = this.#options.repository.cache.tellings(id).find(({ indexId }) => indexes.includes(indexId));
      if (pack) this.#needed(pack);
    }
  }

  #needed({ id, length, keyId }: CachedPack): void {
    if (this.#lengths.get(packName(id)) === length) this.#packs.set(id, keyId);
    else this.#missing(id);
  }

  async #tree(walk: TreeCheck, nodes: readonly Buffer[], depth = 0): Promise<void> {
    if (depth > MAX_DEPTH) throw new VaultError('malformed', 'The folders of the snapshot are nested too deep');
    const { reader, guard, snapshot } = walk;
    for (const node of nodes) {
      await guard.check();
      if (this.#isNew(walk, node)) this.#locate(walk, node, ChunkKind.tree);
    }
    for await (const entry of reader.entries(nodes)) {
      if (entry.type === 'folder') await this.#tree(walk, entry.nodes, depth + 1);
      if (entry.type !== 'file') continue;
      for (const node of entry.extentNodes ?? []) {
        if (this.#isNew(walk, node)) this.#locate(walk, node, ChunkKind.tree);
      }
      for (const { chunk, offset, length } of entry.extents) {
        await this.#collect(snapshot, async () => {
          const plain = this.#isNew(walk, chunk) ? this.#locate(walk, chunk, ChunkKind.content) : undefined;
          if (plain !== undefined && offset + length > plain) {
            throw new VaultError('malformed', 'An extent is beyond its chunk');
          }
        });
      }
    }
  }

  /** Two writers may have a chunk of the same id each: in packs of their own. */
  #isNew({ domain, writer }: TreeCheck, id: Buffer): boolean {
    return this.#used.add(id, domain, writer);
  }

  /** Finds a chunk's pack, whether it is there, and that it is on the reference list; answers the chunk's length. */
  #locate({ index, listed }: TreeCheck, id: Buffer, kind: number): number {
    const found = index.find(id);
    if (!found || found.entry.kind !== kind)
      throw new VaultError('chunk-missing', 'A part of the snapshot is in no index of this vault');
    const pack = index.pack(found.pack);
    this.#needed(pack);
    if (!listed.has(pack.id)) {
      throw new VaultError('malformed', `The pack ${pack.id} is needed and is not on the snapshot's reference list`);
    }
    return found.entry.plain;
  }

  /** A finding about the pack, and not about the snapshot that was looked at first: others need it, too. */
  #missing(pack: string): void {
    const text = `The pack ${pack} is not in the store, or not with its length`;
    this.#find({ code: 'object-missing', where: packName(pack), text });
  }

  async #data(part: 'sample' | 'all', progress: Progress): Promise<void> {
    const { repository, signal } = this.#options;
    const ring = repository.keyRing();
    const packs =
      part === 'all' ? [...this.#packs] : sampleOf([...this.#packs], this.#options.samplePercent ?? SAMPLE_PERCENT);
    const total = packs.reduce((sum, [id]) => sum + (this.#lengths.get(packName(id)) ?? 0), 0);
    progress.restart(total);
    try {
      const dedupe = repository.descriptor.dedupeKey;
      await ring.get(dedupe);
      const guard = new KeyGuard(ring, dedupe, repository.clock, signal);
      for (const [id, keyId] of packs) {
        await guard.check();
        await this.#collect(packName(id), () => this.#pack(ring, id, keyId));
        progress.bytes += this.#lengths.get(packName(id)) ?? 0;
        progress.tell('check');
      }
    } finally {
      ring.drop();
    }
  }

  async #pack(ring: KeyRing, id: string, keyId: string): Promise<void> {
    const { target, descriptor } = this.#options.repository;
    const bytes = await target.get(packName(id), MAX_PACK_LENGTH);
    const { key, entries } = readPackTable(id, bytes, await ring.get(keyId), descriptor.vault);
    for (const entry of entries) {
      const plain = openChunkUnchecked(key.key, entry, bytes.subarray(entry.offset, entry.offset + entry.stored));
      this.#checkId(entry, plain);
    }
    this.#verifiedBytes += bytes.length;
  }

  /** Chunks that no snapshot uses have no known domain: their tag is all there is to check. */
  #checkId(entry: ChunkEntry, plain: Buffer): void {
    const number = this.#used.domainOf(entry.id);
    const domain = number === undefined ? undefined : this.#domains[number];
    if (!domain) return;
    const idKey = entry.kind === ChunkKind.tree ? domain.treeIdKey : domain.chunkIdKey;
    if (!idOf(idKey, plain).equals(entry.id)) throw new VaultError('tampered', 'A chunk is not what its id says');
  }
}

const SAMPLE_PERCENT = 5;

/** Some of them, chosen at random; at least one. */
function sampleOf<T>(items: readonly T[], percent: number): T[] {
  const wanted = Math.min(items.length, Math.max(1, Math.ceil((items.length * percent) / 100)));
  const left = [...items];
  // The first places of a Fisher-Yates shuffle.
  for (let i = 0; i < wanted; i++) {
    const j = randomInt(i, left.length);
    [left[i], left[j]] = [left[j] as T, left[i] as T];
  }
  return left.slice(0, wanted);
}

function countsOf({ keys, asked, opened, unasked, files, bytes }: DrillReport) {
  return { keys, asked, opened, unasked, files, bytes };
}
