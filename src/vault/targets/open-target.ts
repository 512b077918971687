import type { EgressGuard } from '../../clients/egress.ts';
import { VaultError } from '../errors.ts';
import { FolderTarget } from './folder.ts';
import type { StorageAccess } from './storage-access.ts';
import type { Target } from './target.ts';

type Open<Type extends StorageAccess['type']> = (
  access: Extract<StorageAccess, { type: Type }>,
  guard: EgressGuard,
) => Target;

/** One row for each kind of store. */
const OPENERS: { readonly [Type in StorageAccess['type']]: Open<Type> } = {
  folder: ({ path }) => new FolderTarget(path),
  bucket: () => {
    throw new VaultError('target-failed', 'Buckets are not implemented yet');
  },
};

/** The store at a place. Asks nobody yet. Whoever opens it closes it. */
export function openTarget(access: StorageAccess, guard: EgressGuard): Target {
  return (OPENERS[access.type] as Open<StorageAccess['type']>)(access, guard);
}
