import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkpointBody, CheckpointError, openCheckpoint, signCheckpoint, verifierKey } from './checkpoint.ts';
import { draftOf, MemoryQueue, MemoryTargets, MemoryWitness } from './log.fixture.ts';
import { EMPTY_STATE } from './log.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { LogMismatchError, Sequencer, type SequencerPoint } from './sequencer.ts';
import { LogInvalidError, verifyLog } from './verify.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const ORIGIN = 'keystead.test/1';

let queue: MemoryQueue;
let targets: MemoryTargets;
let witness: MemoryWitness;
beforeEach(() => {
  queue = new MemoryQueue();
  targets = new MemoryTargets();
  witness = new MemoryWitness();
});

function sequencer(onPoint?: (point: SequencerPoint) => void): Sequencer {
  const options = { queue, targets, witnesses: [witness], origin: ORIGIN, signer: privateKey };
  return new Sequencer(onPoint ? { ...options, onPoint } : options);
}

function addUses(count: number, from = 0): void {
  queue.add(...Array.from({ length: count }, (_, i) => draftOf(from + i)));
}

const verify = (more: { trusted?: string } = {}) =>
  verifyLog({ tiles: targets.of('t1'), log: 't1', origin: ORIGIN, publicKey, ...more });
const checkpoint = (log = 't1') => targets.files.get(`${log}/checkpoint`)?.toString() ?? '';

describe('checkpoints', () => {
  const head = { origin: `${ORIGIN}/t1`, size: 5, root: Buffer.alloc(32, 9), state: EMPTY_STATE, timeMs: 17 };
  const note = signCheckpoint(head, privateKey, publicKey);

  it('are read as they were signed, also with a witness below', () => {
    expect(openCheckpoint(note, head.origin, publicKey)).toEqual(head);
    const cosigned = `${note}\u2014 witness.example ${Buffer.alloc(76, 3).toString('base64')}\n`;
    expect(openCheckpoint(cosigned, head.origin, publicKey)).toEqual(head);
    expect(note.startsWith(`${ORIGIN}/t1\n5\n`)).toBe(true);
    expect(verifierKey(head.origin, publicKey)).toMatch(/^keystead\.test\/1\/t1\+[0-9a-f]{8}\+AQ?/);
  });

  const other = generateKeyPairSync('ed25519');
  const [body, signature] = note.split('\n\n') as [string, string];
  it.each([
    ['another key', signCheckpoint(head, other.privateKey, other.publicKey)],
    ['another key with our key id', signCheckpoint(head, other.privateKey, publicKey)],
    ['another size', note.replace('\n5\n', '\n6\n')],
    ['another log', signCheckpoint({ ...head, origin: `${ORIGIN}/t2` }, privateKey, publicKey)],
    ['no signature', `${body}\n`],
    ['an empty signature block', `${body}\n\n`],
    ['a size with a leading zero', note.replace('\n5\n', '\n05\n')],
    ['a line more', `${body}\nmore\n\n${signature}`],
    ['a missing line end', note.slice(0, -1)],
    ['nothing', ''],
  ])('are refused with %s', (_, text) => {
    expect(() => openCheckpoint(text, head.origin, publicKey)).toThrow(CheckpointError);
  });

  it('are refused with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat(Buffer.byteLength(note) - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(note);
        bytes[at] = (bytes[at] as number) ^ flip;
        expect(() => openCheckpoint(bytes.toString('utf8'), head.origin, publicKey)).toThrow(CheckpointError);
      }),
    );
    expect(checkpointBody(head)).toBe(`${body}\n`);
  });
});

describe('the sequencer', () => {
  it('takes what waits into each log, and no more is left of it in the queue', async () => {
    addUses(3);
    queue.add(draftOf(0, { tenantId: 'installation' }), draftOf(3));
    const running = sequencer();
    expect(await running.step(1)).toBe(5);
    expect(await running.step(2)).toBe(0);
    expect(queue.length).toBe(0);
    for (let n = 0; n < 4; n++) {
      addUses(200, n * 200);
      await running.step(n);
    }
    const report = await verify();
    expect(report).toMatchObject({ checkpoint: { size: 804, state: EMPTY_STATE }, erased: 0, timesBack: [] });
    expect(witness.read('t1')).toBe(checkpoint());
    // Partial tiles of older sizes are gone.
    expect([...targets.files.keys()].filter((path) => path.includes('.p/'))).toHaveLength(3 + 3 + 1);
  });

  it('takes what waits when it is asked, and leaves what comes meanwhile to the next time', async () => {
    addUses(3);
    let came = 0;
    const running = sequencer((point) => {
      if (point === 'sequencer.after-tiles' && came < 100) addUses(1, 3 + came++);
    });
    expect([await running.takeWaiting(1), queue.length, came]).toEqual([3, 1, 1]);
    expect([await running.takeWaiting(2), queue.length, came]).toEqual([1, 1, 2]);
    came = 100;
    expect([await running.takeWaiting(3), queue.length]).toEqual([1, 0]);
    expect(await running.takeWaiting(4)).toBe(0);
    expect((await verify()).checkpoint.size).toBe(5);
  });

  it('signs the newest state root that an entry told', async () => {
    const root = 'ab'.repeat(32);
    const { leafOf } = await import('./entry.ts');
    expect(leafOf(draftOf(1), { changes: [], stateRoot: root }).leaf.includes(`"stateRoot":"${root}"`)).toBe(true);
    // What looks like the member inside a string is not taken for it.
    queue.add(draftOf(1, { principal: `x","stateRoot":"${'cd'.repeat(32)}` }));
    await sequencer().step(1);
    expect((await verify()).checkpoint.state).toBe(EMPTY_STATE);
  });

  it('writes the same bytes when it was ended at any write and begins again', async () => {
    addUses(300);
    const whole = sequencer();
    await whole.step(7);
    addUses(300, 300);
    const files = new Map(targets.files);
    for (let writes = 0; ; writes++) {
      targets.failAfter = writes;
      const failed = await sequencer()
        .step(8 + writes)
        .then(
          () => false,
          () => true,
        );
      if (!failed) break;
      expect(queue.length).toBe(1);
    }
    targets.failAfter = Infinity;
    // The time of the checkpoint is that of the plan, which the first try fixed.
    expect((await verify()).checkpoint).toMatchObject({ size: 600, timeMs: 8 });
    expect(targets.files.size).not.toBe(files.size);
  });

  it.each(['sequencer.after-plan', 'sequencer.after-tiles', 'sequencer.after-checkpoint'] as const)(
    'goes on where it was ended %s',
    async (point) => {
      addUses(10);
      await sequencer().step(1);
      addUses(10, 10);
      const ending = sequencer((passed) => {
        if (passed === point) throw new Error('ended here');
      });
      await expect(ending.step(2)).rejects.toThrow('ended here');
      addUses(10, 20);
      const next = sequencer();
      expect(await next.step(3)).toBe(10);
      expect(await next.step(4)).toBe(10);
      expect((await verify()).checkpoint.size).toBe(30);
    },
  );

  it('leaves the queue alone when the target gives back other bytes', async () => {
    addUses(2);
    const lying = sequencer((point) => {
      if (point === 'sequencer.after-checkpoint') targets.files.set('t1/tile/0/000.p/2', Buffer.alloc(64));
    });
    await expect(lying.step(1)).rejects.toThrow('other bytes');
    expect(queue.length).toBe(1);
  });

  it('goes on without a witness, and tells it the next time', async () => {
    const write = witness.write.bind(witness);
    witness.write = () => {
      throw new Error('not mounted');
    };
    const failures: unknown[] = [];
    const running = new Sequencer({
      queue,
      targets,
      witnesses: [witness],
      origin: ORIGIN,
      signer: privateKey,
      onWitnessFailure: (_, error) => failures.push(error),
    });
    addUses(1);
    expect(await running.step(1)).toBe(1);
    expect(failures).toHaveLength(1);
    witness.write = write;
    addUses(1, 1);
    await running.step(2);
    expect(witness.read('t1')).toBe(checkpoint());
  });

  it('refuses to continue a log that is not where the database left it', async () => {
    addUses(5);
    await sequencer().step(1);
    const old = { files: new Map(targets.files), position: queue.position('t1') };
    addUses(5, 5);
    await sequencer().step(2);
    const now = { files: new Map(targets.files), position: queue.position('t1') };
    addUses(5, 10);
    // The folder turned back, the database turned back, a tile changed.
    targets.files.clear();
    for (const [path, bytes] of old.files) targets.files.set(path, bytes);
    await expect(sequencer().step(3)).rejects.toThrow(/no file|older/);
    for (const [path, bytes] of now.files) targets.files.set(path, bytes);
    if (old.position) queue.positions.set('t1', old.position);
    await expect(sequencer().step(3)).rejects.toThrow(/older than its log|no file/);
    if (now.position) queue.positions.set('t1', now.position);
    targets.files.set('t1/tile/0/000.p/10', Buffer.alloc(320, 1));
    await expect(sequencer().step(3)).rejects.toThrow(LogMismatchError);
  });
});

describe('verifying a log', () => {
  beforeEach(async () => {
    addUses(300);
    await sequencer().step(1);
  });

  it('reports erased details and clocks that were set back, and refuses neither', async () => {
    const details = targets.files.get('t1/details/000') as Buffer;
    const first = 2 + details.readUInt16BE(0);
    targets.files.set('t1/details/000', Buffer.concat([Buffer.alloc(2), details.subarray(first)]));
    queue.add(draftOf(0, { timeMs: 1000 }));
    await sequencer().step(2);
    expect(await verify()).toMatchObject({ erased: 1, timesBack: [300] });
  });

  it.each([
    't1/tile/0/000',
    't1/tile/0/001.p/44',
    't1/tile/1/000.p/1',
    't1/tile/entries/000',
    't1/details/000',
    't1/checkpoint',
  ])('finds every kind of change in %s', async (path) => {
    const good = targets.files.get(path) as Buffer;
    for (const at of [0, 1, 2, Math.floor(good.length / 2), good.length - 1]) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ 0x01;
      targets.files.set(path, bad);
      await expect(verify()).rejects.toThrow(LogInvalidError);
    }
    targets.files.set(path, good.subarray(0, -1));
    await expect(verify()).rejects.toThrow(LogInvalidError);
    targets.files.delete(path);
    await expect(verify()).rejects.toThrow(LogInvalidError);
  });

  it('holds a log against an older checkpoint', async () => {
    const trusted = checkpoint();
    addUses(50, 300);
    await sequencer().step(2);
    await verify({ trusted });
    const later = checkpoint();
    // The same installation, with a log that was begun anew.
    queue = new MemoryQueue();
    targets = new MemoryTargets();
    addUses(320);
    await sequencer().step(1);
    await verify();
    await expect(verify({ trusted })).rejects.toThrow('rewritten');
    await expect(verify({ trusted: later })).rejects.toThrow('removed');
  });

  it('refuses an entry that was put into the log of another tenant', async () => {
    const moved = new MemoryTargets();
    for (const [path, bytes] of targets.files) moved.files.set(path.replace('t1/', 't2/'), bytes);
    const options = { tiles: moved.of('t2'), log: 't2', origin: ORIGIN, publicKey };
    await expect(verifyLog(options)).rejects.toThrow('not of keystead.test/1/t2');
    const head = openCheckpoint(checkpoint(), `${ORIGIN}/t1`, publicKey);
    const forged = signCheckpoint({ ...head, origin: `${ORIGIN}/t2` }, privateKey, publicKey);
    moved.files.set('t2/checkpoint', Buffer.from(forged));
    await expect(verifyLog(options)).rejects.toThrow('entry 0: it belongs to the log t1');
    expect(EMPTY_ROOT).toHaveLength(32);
  });
});
