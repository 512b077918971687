import type { BrowseOptions, FolderPage } from './browse.ts';
import type { SnapshotChoice } from './choose-snapshot.ts';
import type { Comparison, CompareOptions } from './compare.ts';
import type { HistoryOptions, PathHistory } from './history.ts';
import type { RestoreWork } from '../runs/job.ts';
import type { KeyOutlook } from './key-outlook.ts';
import type { RestorePlan } from './plan.ts';
import type { SearchOptions, SearchPage } from './search.ts';

/** What may be asked about snapshots. It is answered by a process of its own and leaves nothing behind. */
export type Question =
  | ({ readonly kind: 'browse'; readonly snapshot: SnapshotChoice } & BrowseOptions)
  | ({ readonly kind: 'search'; readonly snapshot: SnapshotChoice } & SearchOptions)
  | ({ readonly kind: 'plan'; readonly limit: number } & RestoreWork)
  | { readonly kind: 'key-outlook'; readonly keyId: string }
  | ({ readonly kind: 'history' } & Omit<HistoryOptions, 'signal' | 'knownHeads'>)
  | ({ readonly kind: 'compare'; readonly before: SnapshotChoice; readonly snapshot: SnapshotChoice } & CompareOptions);

/** The snapshot that an answer is about, and what is wrong with the history that it was chosen from. */
export interface AnswerAbout {
  readonly snapshotId: string;
  readonly takenAt: string;
  readonly source: string;
  /** Codes and texts: a newer snapshot may have been taken away. */
  readonly findings: readonly { readonly code: string; readonly subject: string; readonly text: string }[];
}

/** Answers by the kind of question. Names of files are in answers alone, never in a record or a log. */
export interface Answers {
  readonly browse: { readonly about: AnswerAbout } & FolderPage;
  readonly search: { readonly about: AnswerAbout } & SearchPage;
  readonly plan: { readonly about: AnswerAbout } & RestorePlan;
  readonly 'key-outlook': KeyOutlook;
  readonly history: PathHistory;
  readonly compare: { readonly before: AnswerAbout; readonly about: AnswerAbout } & Comparison;
}

export type AnswerOf<Kind extends Question['kind']> = Answers[Kind];
