import { empty } from '../../keeping/empty.ts';
import { forget } from '../../keeping/forget.ts';
import { rulesOf, type Keeping } from '../../keeping/keeping-settings.ts';
import { maintain } from '../../keeping/maintain.ts';
import { retire } from '../../keeping/retire.ts';
import { survey, type SurveyOptions } from '../../keeping/survey.ts';
import { holdObjects, inForce, putHolds } from '../../keeping/sync-holds.ts';
import { acceptLoss, moveToTrash, takeBack } from '../../keeping/trash.ts';
import { takenMsOf } from '../../format/manifest.ts';
import type { Repository } from '../../repository.ts';
import { listSnapshots } from '../../snapshots.ts';
import { adopt } from '../../write-only/adopt.ts';
import type { Job, KeepingWork, RunReport, SnapshotItem } from '../job.ts';
import type { Performer, Watch } from '../performer.ts';
import { showFindings } from '../results.ts';

/** How many ids a record keeps. */
const MAX_IDS = 100;

type Kinds = KeepingWork['kind'] | 'kept';
type Done = Pick<RunReport, 'heads' | 'result' | 'isEmpty'>;

function lookOf(repository: Repository, keeping: Keeping, { heads }: Pick<Job, 'heads'>): SurveyOptions {
  return { repository, rulesOf: rulesOf(keeping), holds: inForce(keeping.holds), knownHeads: heads };
}

function ids(list: readonly string[]): { readonly snapshotIds: readonly string[] } {
  return { snapshotIds: list.slice(0, MAX_IDS) };
}

/** The newest heads after something was taken away or replaced. */
async function headsOf(repository: Repository, { heads }: Job): Promise<RunReport['heads']> {
  return (await listSnapshots(repository, heads)).heads;
}

function watched({ signal, onProgress }: Watch) {
  return {
    signal,
    onProgress: (bytes: number, totalBytes: number) =>
      onProgress({ phase: 'rewrite', files: 0, bytes, totalBytes, rate: 0 }),
  };
}

/** What takes away, and what keeps from being taken: one row for each kind of work. */
export const KEEPING: { readonly [Kind in Kinds]: Performer<Kind> } = {
  kept: {
    signs: false,
    empty: { snapshots: [], findingCount: 0, findings: [] },
    run: async (repository, { keeping }, job): Promise<Done> => {
      const ring = repository.keyRing();
      try {
        const { snapshots, list } = await survey(lookOf(repository, keeping, job), ring);
        const items = snapshots.map(({ id, manifest, needs, retained, trashed, isHeld, isTakenBack }): SnapshotItem => {
          const by = [...retained.keptBy, ...(isTakenBack ? ['taken-back'] : []), ...(isHeld ? ['legal-hold'] : [])];
          return {
            snapshotId: id,
            createdMs: takenMsOf(manifest.head),
            ...(manifest.head.parent !== null && { parent: manifest.head.parent }),
            source: needs.source,
            keptBy: by,
            ...(isHeld && { isHeld }),
            ...(trashed && { trashedUntilMs: trashed.untilMs }),
            ...(retained.expiresMs !== null && !isHeld && !isTakenBack && { expiresMs: retained.expiresMs }),
          };
        });
        return { heads: list.heads, result: { snapshots: items, ...showFindings(list.findings) } };
      } finally {
        ring.drop();
      }
    },
  },
  maintain: {
    signs: true,
    empty: { trashed: 0, deletedSnapshots: 0, marked: 0, deleted: 0 },
    run: async (repository, { keeping, dryRun, repack }, job, watch): Promise<Done> => {
      const { storage } = job;
      const lockDays = storage.type === 'bucket' ? storage.lock?.days : undefined;
      const warnings: string[] = [];
      let adopted: number | undefined;
      if (!dryRun) {
        await putHolds(repository, keeping.holds);
        // What hosts have written and never told of needs recipients of its own all the same.
        if (repository.descriptor.writers.some(({ isFurther }) => isFurther)) {
          const onFault = (key: string, { message }: Error) => {
            if (warnings.length < MAX_IDS)
              warnings.push(`The data key ${key} of a host could not be taken over: ${message}`);
          };
          ({ adopted } = await adopt(repository, job.heads, watch.signal, onFault));
        }
      }
      const { trashed, deletedSnapshots, heads, repacked, isEmpty, ...counts } = await maintain({
        ...lookOf(repository, keeping, job),
        ...watched(watch),
        dryRun,
        repack,
        ...(lockDays !== undefined && { lockDays }),
      });
      const onHold = dryRun ? 0 : await holdObjects(repository, keeping.holds, watch.signal);
      const result = {
        ...counts,
        ...ids([...trashed, ...deletedSnapshots]),
        trashed: trashed.length,
        deletedSnapshots: deletedSnapshots.length,
        ...(repacked && {
          rewrittenPacks: repacked.packs,
          rewrittenBytes: repacked.bytes,
          packsLeft: repacked.packsLeft,
          replaced: repacked.replaced,
        }),
        onHold,
        ...(adopted !== undefined && { adopted }),
        ...(warnings.length > 0 && { warnings }),
      };
      return { heads, result, ...(isEmpty && !dryRun && { isEmpty }) };
    },
  },
  trash: {
    signs: true,
    run: async (repository, { keeping, snapshots, days }, job): Promise<Done> => {
      const moved = await moveToTrash(lookOf(repository, keeping, job), snapshots, days);
      return { heads: job.heads, result: { trashed: moved.length, ...ids(moved) } };
    },
  },
  'take-back': {
    signs: true,
    run: async (repository, { keeping, snapshots }, job): Promise<Done> => {
      return { heads: job.heads, result: ids(await takeBack(lookOf(repository, keeping, job), snapshots)) };
    },
  },
  'accept-loss': {
    signs: true,
    run: async (repository, { keeping, snapshots }, job): Promise<Done> => {
      return { heads: job.heads, result: ids(await acceptLoss(lookOf(repository, keeping, job), snapshots)) };
    },
  },
  hold: {
    signs: true,
    empty: { onHold: 0 },
    run: async (repository, { keeping }, job, { signal }): Promise<Done> => {
      await putHolds(repository, keeping.holds);
      return { heads: job.heads, result: { onHold: await holdObjects(repository, keeping.holds, signal) } };
    },
  },
  forget: {
    signs: true,
    run: async (repository, { keeping, what }, job, { signal }): Promise<Done> => {
      const { forgotten, ...rest } = await forget({ ...lookOf(repository, keeping, job), what, signal });
      return { heads: await headsOf(repository, job), result: { ...rest, ...ids(forgotten) } };
    },
  },
  empty: {
    signs: true,
    endsVault: true,
    empty: { deleted: 0, deletedBytes: 0 },
    run: async (repository, { keeping }, _job, { signal, onProgress }): Promise<Done> => {
      const report = await empty({
        repository,
        holds: keeping.holds,
        signal,
        onProgress: (files, totalFiles) => onProgress({ phase: 'empty', files, totalFiles, bytes: 0, rate: 0 }),
      });
      return { heads: [], result: { ...report } };
    },
  },
  retire: {
    signs: true,
    run: async (repository, { keeping, key, maxBytes }, job, watch): Promise<Done> => {
      const { packs, bytes, packsLeft, replaced, held, retired, warnings } = await retire({
        ...lookOf(repository, keeping, job),
        ...watched(watch),
        ...(key !== undefined && { key }),
        ...(maxBytes !== undefined && { maxBytes }),
      });
      const result = {
        rewrittenPacks: packs,
        rewrittenBytes: bytes,
        packsLeft,
        replaced,
        heldSnapshots: held,
        retiredKeys: retired,
        warnings,
      };
      return { heads: await headsOf(repository, job), result };
    },
  },
};
