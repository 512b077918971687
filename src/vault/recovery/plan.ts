import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { KeyGuard } from '../key-guard.ts';
import type { KeyRing } from '../key-ring.ts';
import type { SkipReason } from '../restore/places.ts';
import { restoreSteps, type How, type StepOptions } from '../restore/restore-steps.ts';
import { stepsOf, type RestoreRequest } from '../restore/restore-request.ts';
import type { OpenSnapshot } from './open-snapshot.ts';

export interface PlanCounts {
  /** Folders that are to be made. */
  readonly folders: number;
  /** Files and links by what is to be done with them. */
  readonly create: number;
  readonly overwrite: number;
  readonly beside: number;
  /** There already, as it was. */
  readonly same: number;
  /** There, different, and left alone. */
  readonly kept: number;
  /** What cannot be restored, or what makes the restore refuse. */
  readonly refused: number;
  /** What the destination has and the snapshot does not. Never touched; only a restore that refuses looks for it. */
  readonly extras: number;
  /** Bytes of the files that are to be written. */
  readonly bytes: number;
}

/** One thing that is not simply created. */
export interface PlanItem {
  readonly path: string;
  readonly pathBytes: string;
  readonly what: Exclude<How, 'create'> | SkipReason;
}

/** A master key that opens what the restore needs. */
export interface PlanRecipient {
  readonly provider: string;
  readonly keyId: string;
  readonly region: string;
  /** How many of the needed data keys it opens. */
  readonly opens: number;
}

export interface RestorePlan {
  readonly counts: PlanCounts;
  /** Whether the restore would begin at all. */
  readonly isRefused: boolean;
  /** Nothing is ever deleted by a restore. */
  readonly deleted: 0;
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** Data keys that are needed, and who opens them. */
  readonly keys: number;
  readonly recipients: readonly PlanRecipient[];
  /** The first of what is not simply created. */
  readonly items: readonly PlanItem[];
}

const REFUSED: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'differs',
  'in-the-way',
  'beside-taken',
  'name-too-long',
  'damaged',
  'folder-damaged',
]);

/** Says what a restore would do, and changes nothing. @throws {VaultError} `path-missing`, `pattern-malformed` */
export async function planRestore(
  snapshot: OpenSnapshot,
  ring: KeyRing,
  request: RestoreRequest,
  limit: number,
): Promise<RestorePlan> {
  const options = await stepsOf(snapshot, request);
  const items: PlanItem[] = [];
  const counts = await countPlan(options, snapshot.guard, (path, what) => {
    if (items.length === limit) return;
    items.push({ path: path.toString('utf8'), pathBytes: path.toString('base64'), what });
  });
  return {
    counts,
    isRefused: (options.tellsExtras ?? false) && counts.refused + counts.extras > 0,
    deleted: 0,
    neededBytes: counts.bytes,
    freeBytes: freeBytes(request.to),
    keys: snapshot.manifest.head.keys.length,
    recipients: await recipientsOf(snapshot, ring),
    items,
  };
}

/** Goes through all steps of a restore without doing them. */
export async function countPlan(
  options: StepOptions,
  guard: KeyGuard,
  tell?: (path: Buffer, what: PlanItem['what']) => void,
): Promise<PlanCounts> {
  const counts = { folders: 0, create: 0, overwrite: 0, beside: 0, same: 0, kept: 0, refused: 0, extras: 0, bytes: 0 };
  for await (const steps of restoreSteps(options)) {
    for (const step of steps) {
      if (step.do === 'folder') {
        await guard.check();
        if (step.isNew) counts.folders++;
      } else if (step.do === 'file' || step.do === 'hard-link' || step.do === 'symbolic-link') {
        counts[step.how]++;
        if (step.do === 'file') counts.bytes += step.entry.size;
        if (step.how !== 'create') tell?.(step.path, step.how);
      } else if (step.do === 'skip') {
        if (step.why === 'same' || step.why === 'kept') counts[step.why]++;
        else if (REFUSED.has(step.why)) counts.refused++;
        if (step.why !== 'same') tell?.(step.path, step.why);
      } else if (step.do === 'extras') counts.extras += step.count;
    }
  }
  return counts;
}

/** Free bytes where a folder is, or is to be made. */
function freeBytes(to: string): number {
  let at = resolve(to);
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return bavail * bsize;
}

async function recipientsOf({ manifest }: OpenSnapshot, ring: KeyRing): Promise<PlanRecipient[]> {
  const found = new Map<string, PlanRecipient>();
  for (const { id } of manifest.head.keys) {
    for (const { provider, keyId, region } of (await ring.find(id)).envelope.recipients) {
      const opens = (found.get(`${provider} ${keyId}`)?.opens ?? 0) + 1;
      found.set(`${provider} ${keyId}`, { provider, keyId, region, opens });
    }
  }
  return [...found.values()];
}
