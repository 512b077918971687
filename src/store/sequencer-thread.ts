import { existsSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Sequencer } from '../audit/sequencer.ts';
import { AuditQueue } from './audit-queue.ts';
import { openDatabase } from './database.ts';
import { ExclusiveLock } from './exclusive-lock.ts';
import { passFaultPoint } from './fault.ts';
import { reservePath } from './reserve.ts';
import type { SequencerSetup, StepOutcome, ToSequencer } from './sequencer.ts';
import { TileFolders, WitnessFolder } from './tile-folder.ts';

const port = parentPort as MessagePort;
const { path, folder, witnesses, origin, signer, queueKey } = workerData as SequencerSetup;
const db = openDatabase(path);
const lock = new ExclusiveLock(`${path}.sequencer`);
let witnessFailures: string[] = [];
const sequencer = new Sequencer({
  queue: new AuditQueue(db, queueKey),
  targets: new TileFolders(folder),
  witnesses: witnesses.map((witness) => new WitnessFolder(witness)),
  origin,
  signer,
  onWitnessFailure: ({ name }, error) => witnessFailures.push(`the witness ${name} was not told: ${String(error)}`),
  onPoint: passFaultPoint,
});

/** One after the other: an erasure must not come between the steps of a plan. */
let last: Promise<void> = Promise.resolve();

port.on('message', (message: ToSequencer) => {
  last = last.then(async () => {
    if (message === 'close') {
      lock.release();
      db.close();
      port.close();
    } else {
      port.postMessage('erase' in message ? await erase(message.erase, message.indexes) : await step(message.nowMs));
    }
  });
});

/** Takes what waits into the logs, if this process is the one that does so. */
async function step(nowMs: number): Promise<StepOutcome> {
  witnessFailures = [];
  try {
    // While the reserve is given up, what room there is belongs to urgent commits.
    if (!lock.tryAcquire() || !existsSync(reservePath(path))) return { entries: 0, failures: [] };
    return { entries: await sequencer.takeWaiting(nowMs), failures: witnessFailures };
  } catch (error) {
    return { entries: 0, failures: [...witnessFailures, describe(error)] };
  }
}

async function erase(log: string, indexes: readonly number[]): Promise<StepOutcome> {
  try {
    if (!lock.tryAcquire()) throw new Error('another process writes the logs: ask that one');
    await sequencer.erase(log, indexes);
    return { entries: indexes.length, failures: [] };
  } catch (error) {
    return { entries: 0, failures: [describe(error)] };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
