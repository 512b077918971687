import type { EgressGuard } from '../../clients/egress.ts';
import { FolderTarget } from './folder.ts';
import { limited } from './limited.ts';
import type { Pace } from './pace.ts';
import { S3Target } from './s3/s3.ts';
import type { StorageAccess } from './storage-access.ts';
import type { Target } from './target.ts';

/** How a store is used. */
export interface TargetOptions {
  /** The bandwidth that it may take, shared with whoever else holds the same. */
  readonly pace?: Pace;
}

type Open<Type extends StorageAccess['type']> = (
  access: Extract<StorageAccess, { type: Type }>,
  guard: EgressGuard,
  options: TargetOptions,
) => Target;

/** One row for each kind of store. */
const OPENERS: { readonly [Type in StorageAccess['type']]: Open<Type> } = {
  folder: ({ path }, _, { pace }) => {
    const target = new FolderTarget(path);
    return pace ? limited(target, pace) : target;
  },
  bucket: (place, guard, options) => new S3Target(place, guard, options),
};

/** The store at a place. Asks nobody yet. Whoever opens it closes it. */
export function openTarget(access: StorageAccess, guard: EgressGuard, options: TargetOptions = {}): Target {
  return (OPENERS[access.type] as Open<StorageAccess['type']>)(access, guard, options);
}
