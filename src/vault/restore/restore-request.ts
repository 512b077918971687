import { Places, type ConflictPolicy } from './places.ts';
import { takenMs } from '../recovery/choose-snapshot.ts';
import type { OpenSnapshot } from '../recovery/open-snapshot.ts';
import type { StepOptions } from './restore-steps.ts';
import { checkSelection, Selection } from './selection.ts';

/** What is restored, where to, and what becomes of what is there. */
export interface RestoreRequest {
  /** A folder. */
  readonly to: string;
  /** What to restore, from the source's root with `/` between names; all by default. */
  readonly paths?: readonly (Buffer | string)[];
  /** Also what fits one of these: `*.pdf`, `reports/**`. */
  readonly patterns?: readonly string[];
  /**
   * What becomes of files that are there and differ. By default `refuse`: the folder is new, empty, or holds nothing but
   * what an earlier restore of the same left, and nothing is written otherwise.
   */
  readonly conflict?: ConflictPolicy;
  /** Writes also what is there and looks the same by size, time and mode. */
  readonly rewriteSame?: boolean;
  /** Leaves out files that are lost or changed in the store, says so, and restores the others. */
  readonly skipDamaged?: boolean;
  /** Sets owner and group; by default where this process may. */
  readonly owner?: boolean;
}

/** What there is to do, of a request. @throws {VaultError} `path-missing`, `pattern-malformed` */
export async function stepsOf(snapshot: OpenSnapshot, request: RestoreRequest): Promise<StepOptions> {
  const { reader, body, manifest, guard } = snapshot;
  const policy = request.conflict ?? 'refuse';
  const selection = new Selection(request.paths, request.patterns);
  await checkSelection(reader, body.root, selection);
  const taken = new Date(takenMs(manifest)).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const places = new Places(request.to, {
    policy,
    owner: setsOwner(request),
    besideSuffix: `restored-${taken}`,
    ...(request.rewriteSame && { rewriteSame: true }),
  });
  return {
    reader,
    root: body.root,
    selection,
    places,
    step: () => guard.check(),
    tellsExtras: policy === 'refuse',
    ownsFolders: policy === 'refuse' || policy === 'overwrite',
    ...(request.skipDamaged && { skipsDamaged: true }),
  };
}

/** Whether owner and group are restored: by default where this process may set them. */
export function setsOwner({ owner }: RestoreRequest): boolean {
  return owner ?? process.getuid?.() === 0;
}
