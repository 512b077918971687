/** What a verification does, from what costs nothing to what proves most. Each is a row of {@link CHECK_LEVELS}. */
export const CHECK_LEVEL_NAMES = ['list', 'hashes', 'structure', 'sample', 'data', 'drill'] as const;
export type CheckLevel = (typeof CHECK_LEVEL_NAMES)[number];

/** What a level looks at, besides the chains of snapshots, which every level looks at. */
export interface CheckScope {
  /** Whether each object is what its name and its signature say: `small` leaves out packs. Asks no key. */
  readonly objects: 'none' | 'small' | 'all';
  /** Every snapshot's keys, index and tree, and that each chunk is in a pack that is there with its length. */
  readonly trees: boolean;
  /** The bytes of needed packs, decrypted and compared with their ids: none, a random part, or all. */
  readonly packs: 'none' | 'sample' | 'all';
  /** Every envelope that is needed now is opened by each recipient that can be asked, and files are read back. */
  readonly drill: boolean;
}

export const CHECK_LEVELS: { readonly [Level in CheckLevel]: CheckScope } = {
  list: { objects: 'none', trees: false, packs: 'none', drill: false },
  hashes: { objects: 'all', trees: false, packs: 'none', drill: false },
  structure: { objects: 'small', trees: true, packs: 'none', drill: false },
  sample: { objects: 'small', trees: true, packs: 'sample', drill: false },
  data: { objects: 'small', trees: true, packs: 'all', drill: false },
  drill: { objects: 'small', trees: false, packs: 'none', drill: true },
};

/** A source whose newest snapshot was seen to be restorable, and how. Times in milliseconds since 1970. */
export interface ProvenRestorable {
  readonly source: string;
  readonly snapshotId: string;
  readonly takenMs: number;
  readonly level: CheckLevel;
  readonly provenMs: number;
}

/** Something that a restore would trip over. */
export interface CheckFinding {
  readonly code: string;
  /** A snapshot's id, or an object's name. */
  readonly where: string;
  /** What it is, and what it means. */
  readonly text: string;
  /** Ids of the snapshots that it hits, where that is known. */
  readonly snapshots?: readonly string[];
}
