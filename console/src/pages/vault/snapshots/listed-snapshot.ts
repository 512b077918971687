import type { Snapshots } from '@keystead/sdk';

/** A snapshot as lists of them have it. */
export type ListedSnapshot = Snapshots['snapshots'][number];
