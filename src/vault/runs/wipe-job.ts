import { wipe } from '../../bytes/bytes.ts';
import { wipeMasterKeys, wipeStorage } from '../environments/wipe-access.ts';
import type { Job, JobPlace, Work } from './job.ts';

/** Wipes every secret that a job holds: what it is to do and as whom, it still says. */
export function wipeJob(job: Job): void {
  wipe(job.writerKey);
  wipeWork(job.work);
  wipePlace(job);
  if (job.before) wipePlace(job.before);
}

/** Wipes the secrets of a place that was opened for a job. */
export function wipePlace({ storage, masterKeys }: JobPlace): void {
  wipeStorage(storage);
  wipeMasterKeys(masterKeys);
}

/** Wipes what some kinds of work bring besides: the password of a database. */
export function wipeWork(work: Work): void {
  if (work.kind === 'backup' && work.source.kind === 'postgres') wipe(work.source.password);
  if (work.kind === 'restore-databases') wipe(work.to.password);
}
