import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Sequencer } from '../audit/sequencer.ts';
import { AuditQueue } from './audit-queue.ts';
import { openDatabase } from './database.ts';
import { ExclusiveLock } from './exclusive-lock.ts';
import { passFaultPoint } from './fault.ts';
import { reservePath } from './reserve.ts';
import type { SequencerSetup, StepOutcome, ToSequencer } from './sequencer.ts';
import { TileFolders, WitnessFolder } from './tile-folder.ts';
import { existsSync } from 'node:fs';

const port = parentPort as MessagePort;
const { path, folder, witnesses, origin, signer } = workerData as SequencerSetup;
const db = openDatabase(path);
const lock = new ExclusiveLock(`${path}.sequencer`);
let witnessFailures: string[] = [];
const sequencer = new Sequencer({
  queue: new AuditQueue(db),
  targets: new TileFolders(folder),
  witnesses: witnesses.map((witness) => new WitnessFolder(witness)),
  origin,
  signer,
  onWitnessFailure: ({ name }, error) => witnessFailures.push(`the witness ${name} was not told: ${String(error)}`),
  onPoint: passFaultPoint,
});

port.on('message', (message: ToSequencer) => {
  if (message === 'close') {
    lock.release();
    db.close();
    port.close();
  } else {
    void step(message.nowMs).then((outcome) => port.postMessage(outcome));
  }
});

/** Takes everything that waits into the logs, if this process is the one that does so. */
async function step(nowMs: number): Promise<StepOutcome> {
  witnessFailures = [];
  let entries = 0;
  try {
    // While the reserve is given up, what room there is belongs to urgent commits.
    if (!lock.tryAcquire() || !existsSync(reservePath(path))) return { entries, failures: [] };
    for (let more = 1; more > 0; entries += more) more = await sequencer.step(nowMs);
    return { entries, failures: witnessFailures };
  } catch (error) {
    const failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { entries, failures: [...witnessFailures, failure] };
  }
}
