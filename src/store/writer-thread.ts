import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { ConflictError, NoRoomError } from '../records/ports.ts';
import { isBusy, isFull, openDatabase } from './database.ts';
import { GroupWriter, OutcomeUnknown, type Part, type PartFailure } from './group-writer.ts';
import { Reserve, reservePath } from './reserve.ts';
import type { Failure, FromWriter, ToWriter, Turn, TurnOutcome, WriterSetup } from './writer-messages.ts';

/** A group is closed at this many turns, so that the first does not wait for ever. */
const MAX_TURNS = 256;

/** How long readers are waited for, and with them all other writes: a backup of the state reads for minutes. */
const SHRED_WAIT_MS = 250;
const SHRED_AGAIN_MS = 1_000;
let isShredDue = false;
let shredTriedMs = -Infinity;

const FULL: Failure = {
  code: 'full',
  message: 'the disk is full, so nothing was written: make room; disabling and revoking still work',
};

const port = parentPort as MessagePort;
const setup = workerData as WriterSetup;
const db = openDatabase(setup.path, setup.busyMs);
// Savepoints may spill what they would undo into a temporary file; there may be no room for one.
db.exec('PRAGMA temp_store = MEMORY');
if (setup.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${setup.maxPages}`);
const reserve = new Reserve(reservePath(setup.path), setup.reserveBytes);
const writer = new GroupWriter(db, setup.node, setup.schema);
if (!reserve.isHeld()) reserve.restore();
if (reserve.isHeld()) tidy();

port.on('message', (first: ToWriter) => {
  const turns: Turn[] = [];
  let closing = false;
  for (let message: ToWriter | undefined = first; message !== undefined; message = next(turns.length)) {
    if (message === 'close') closing = true;
    else if ('queueKey' in message) writer.queueKey = message.queueKey;
    else turns.push(message);
  }
  if (turns.length > 0) {
    send(outcomesOf(turns));
    shredWhatIsLeft();
  }
  if (closing) {
    db.close();
    port.close();
  }
});
send('ready');

/** What has arrived while the last group was being written. */
function next(gathered: number): ToWriter | undefined {
  return gathered >= MAX_TURNS ? undefined : (receiveMessageOnPort(port)?.message as ToWriter | undefined);
}

function outcomesOf(turns: readonly Turn[]): TurnOutcome[] {
  const parts: Part[] = [];
  for (const { uses, commits } of turns) {
    if (uses) parts.push({ uses });
    for (const commit of commits) parts.push({ commit });
  }
  const failures = commitParts(parts);
  let at = 0;
  return turns.map(({ turn, uses, commits }) => ({
    turn,
    uses: uses ? (failures[at++] ?? null) : null,
    commits: commits.map(() => failures[at++] ?? null),
  }));
}

/** Writes what may be written: with the reserve given up, one part after another as {@link commitInNeed} has it. */
function commitParts(parts: readonly Part[]): (Failure | null)[] {
  return reserve.isHeld() || reserve.restore() ? writeAll(parts) : parts.map(commitInNeed);
}

/**
 * Writes of the room that is left: urgent commits only, and of those that change nothing, which find what is to be
 * switched off, as many as leave half of it to those that do switch it off. Each by itself, so that each is measured.
 */
function commitInNeed(part: Part): Failure | null {
  if (!isUrgent(part) || !(isChange(part) || reserve.isHalfLeft())) return FULL;
  const [failure = null] = writeAll([part]);
  keepJournalShort();
  return failure;
}

/** Makes room where nobody waits for it: what keeps it from that keeps nothing else. */
function tidy(): void {
  try {
    writer.tidy();
  } catch {
    // The next start tries again.
  }
}

/** What the journal grows by is gone from the room that is left: it is taken into the database and begun anew. */
function keepJournalShort(): void {
  try {
    writer.takeInJournal();
  } catch {
    // The commits stand, and the journal goes on growing.
  }
}

function writeAll(parts: readonly Part[]): (Failure | null)[] {
  try {
    const failures = writer.write(parts).map(failureOf);
    if (parts.some((part, i) => 'commit' in part && part.commit.shred === true && failures[i] === null))
      shred(SHRED_WAIT_MS);
    return failures;
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw error;
    // What is too large for the room that is left must not take its neighbours with it.
    // One of them may give the reserve up: those behind it are as late as if they had come later.
    // Who keeps us waiting would do so for each of them again.
    if (parts.length > 1 && !isBusy(error)) return parts.flatMap((part) => commitParts([part]));
    if (isFull(error)) return [whenFull(parts[0] as Part)];
    return parts.map(() => otherFailure(error));
  }
}

/** The group is committed; nothing that happens here takes that back. */
function shred(waitMs: number): void {
  shredTriedMs = performance.now();
  try {
    isShredDue = !writer.emptyJournal(waitMs);
  } catch {
    isShredDue = true;
  }
}

/** What a long reader kept in the journal goes with the first group after it, and at the latest when all is closed. */
function shredWhatIsLeft(): void {
  if (isShredDue && performance.now() - shredTriedMs >= SHRED_AGAIN_MS) shred(0);
}

function whenFull(part: Part): Failure | null {
  if (!isUrgent(part) || !reserve.free()) return FULL;
  return writeAll([part])[0] ?? null;
}

function isUrgent(part: Part): boolean {
  return 'commit' in part && part.commit.urgent === true;
}

function isChange(part: Part): boolean {
  return 'commit' in part && part.commit.writes.length > 0;
}

function failureOf(failure: PartFailure | undefined): Failure | null {
  if (failure === undefined) return null;
  if (failure instanceof NoRoomError) return { code: 'no-room', message: failure.message, room: failure.room };
  if (!(failure instanceof ConflictError)) return { code: 'invalid', message: failure.message };
  const { message, takenName } = failure;
  return takenName === undefined ? { code: 'conflict', message } : { code: 'conflict', message, takenName };
}

function otherFailure(error: unknown): Failure {
  const reason = isBusy(error)
    ? 'another process holds the database locked'
    : error instanceof Error
      ? error.message
      : String(error);
  return { code: 'failed', message: `the database took no commit, nothing was written: ${reason}` };
}

function send(message: FromWriter): void {
  port.postMessage(message);
}
