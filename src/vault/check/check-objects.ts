import { hash } from 'node:crypto';
import { openEnvelope, parseEnvelopeName } from '../format/envelope.ts';
import { refuseAborted, VaultError } from '../errors.ts';
import { MAX_MANIFEST_LENGTH, MAX_INDEX_LENGTH, MAX_JSON_OBJECT_LENGTH, MAX_PACK_LENGTH } from '../format/format.ts';
import { openFurtherWriter, parseFurtherWriterName } from '../format/further-writer.ts';
import { openHold, parseHoldName } from '../format/hold.ts';
import { openManifestHead, parseSnapshotName } from '../format/manifest.ts';
import { openMark, parseMarkName } from '../format/mark.ts';
import { openPair, parsePairName } from '../format/pair.ts';
import { eachOf } from '../each-of.ts';
import type { Repository } from '../repository.ts';
import { openRetired, parseRetiredName } from '../format/retired.ts';
import type { StoredObject } from '../targets/target.ts';
import { openTombstone, parseTombstoneName } from '../format/tombstone.ts';

/** How one kind of object is looked at without any key, and what it means when it is not sound. */
interface ObjectKind {
  readonly prefix: string;
  readonly atMost: number;
  /** Whether the name is one of this kind: others are ignored, as the format says. */
  readonly isOne: (name: string) => boolean;
  /** Throws what is wrong with it. */
  readonly open: (name: string, bytes: Buffer, descriptor: Repository['descriptor']) => void;
  readonly means: string;
}

/** One row for each kind of object but the descriptor, which is read when the vault is opened. */
const KINDS: readonly ObjectKind[] = [
  {
    prefix: 'keys/',
    atMost: MAX_JSON_OBJECT_LENGTH,
    isOne: (name) => parseEnvelopeName(name) !== undefined,
    open: (name, bytes, descriptor) => openEnvelope(name, bytes, descriptor, descriptor.writers),
    means: 'What is under this data key cannot be opened unless another revision of the envelope is sound',
  },
  {
    prefix: 'index/',
    atMost: MAX_INDEX_LENGTH,
    isOne: (name) => /^index\/[0-9a-f]{64}$/.test(name),
    open: checkHash,
    means: 'Snapshots that name this index object cannot be read until it is brought back',
  },
  {
    prefix: 'snapshots/',
    atMost: MAX_MANIFEST_LENGTH,
    isOne: (name) => parseSnapshotName(name) !== undefined,
    open: (name, bytes, { vault, writers }) => {
      const { head, bodyOffset } = openManifestHead(name, bytes, vault, writers);
      const body = bytes.subarray(bodyOffset);
      if (body.length !== head.body.length || hash('sha256', body, 'hex') !== head.body.sha256)
        throw new VaultError('tampered', `The body of the manifest ${name} is not the one that was signed`);
    },
    means: 'This snapshot cannot be restored; others are not touched',
  },
  {
    prefix: 'writers/',
    atMost: MAX_JSON_OBJECT_LENGTH,
    isOne: (name) => parseFurtherWriterName(name) !== undefined,
    open: (name, bytes, descriptor) => openFurtherWriter(name, bytes, descriptor),
    means: 'What this writer has written does not count until the object is brought back',
  },
  {
    prefix: 'pairs/',
    atMost: MAX_JSON_OBJECT_LENGTH,
    isOne: (name) => parsePairName(name) !== undefined,
    open: (name, bytes, descriptor) => openPair(name, bytes, descriptor),
    means: 'Writers without a master key cannot write until the object is brought back; nothing written is lost',
  },
  {
    prefix: 'tombstones/',
    atMost: MAX_JSON_OBJECT_LENGTH,
    isOne: (name) => parseTombstoneName(name) !== undefined,
    open: openTombstone,
    means: 'A snapshot that was deleted on purpose looks as if it had been taken away',
  },
  {
    prefix: 'marks/',
    atMost: MAX_JSON_OBJECT_LENGTH,
    isOne: (name) => parseMarkName(name) !== undefined,
    open: openMark,
    means: 'What it marked counts as not marked: nothing is lost, and it is marked again',
  },
  {
    prefix: 'holds/',
    atMost: MAX_JSON_OBJECT_LENGTH,
    isOne: (name) => parseHoldName(name) !== undefined,
    open: openHold,
    means: "The store does not tell of this legal hold any more; Keystead's own records still keep to it",
  },
  {
    prefix: 'retired/',
    atMost: MAX_JSON_OBJECT_LENGTH,
    isOne: (name) => parseRetiredName(name) !== undefined,
    open: openRetired,
    means: 'A data key that was retired may be relied on again',
  },
];

const PACKS: ObjectKind = {
  prefix: 'packs/',
  atMost: MAX_PACK_LENGTH,
  isOne: (name) => /^packs\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/.test(name),
  open: checkHash,
  means: 'Files with parts in this pack cannot be restored from the snapshots that need it; all others can',
};

/** Names of packs and index objects are hashes of their bytes. @throws {VaultError} `wrong-name` */
function checkHash(name: string, bytes: Buffer): void {
  if (name.endsWith(hash('sha256', bytes, 'hex'))) return;
  throw new VaultError(
    'wrong-name',
    `The object ${name} was changed: its bytes are not those that its name stands for`,
  );
}

/** What it means for restores that an object is damaged or gone. */
export function meaningOf(name: string): string | undefined {
  return [...KINDS, PACKS].find(({ prefix }) => name.startsWith(prefix))?.means;
}

export interface ObjectFinding {
  readonly code: VaultError['code'];
  /** The object's name. */
  readonly where: string;
  readonly text: string;
}

export interface ObjectsReport {
  readonly objects: number;
  readonly bytes: number;
  readonly findings: readonly ObjectFinding[];
}

/** Looks at every object as somebody without keys can: that it is what its name and its signature say. */
export async function checkObjects(
  { target, descriptor }: Repository,
  scope: 'small' | 'all',
  told: {
    readonly signal?: AbortSignal;
    readonly onObject?: (bytes: number) => void;
    /** Names of objects that stand for nothing any more. */
    readonly gone?: ReadonlySet<string>;
  },
): Promise<ObjectsReport> {
  const findings: ObjectFinding[] = [];
  let [objects, bytes] = [0, 0];
  for (const kind of scope === 'all' ? [...KINDS, PACKS] : KINDS) {
    const look = async ({ name, length }: StoredObject): Promise<void> => {
      refuseAborted(told.signal);
      try {
        kind.open(name, await target.get(name, kind.atMost), descriptor);
      } catch (error) {
        if (!(error instanceof VaultError) || error.code.startsWith('target-') || error.code === 'cancelled')
          throw error;
        // Deleted since it was listed.
        if (error.code === 'object-missing') return;
        findings.push({ code: error.code, where: name, text: error.what });
      }
      objects++;
      bytes += length;
      told.onObject?.(length);
    };
    let group: StoredObject[] = [];
    for await (const object of target.list(kind.prefix)) {
      if (!kind.isOne(object.name) || told.gone?.has(object.name) === true) continue;
      group.push(object);
      if (group.length < (kind === PACKS ? 8 : 256)) continue;
      await eachOf(group, look);
      group = [];
    }
    await eachOf(group, look);
  }
  return { objects, bytes, findings };
}
