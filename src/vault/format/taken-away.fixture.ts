import { createPrivateKey, hash } from 'node:crypto';
import { holdDigest, holdName, sealHold } from './hold.ts';
import { markId, markName, sealMark, type Mark } from './mark.ts';
import { retiredName, sealRetired } from './retired.ts';
import { sealTombstone, tombstoneName, type Tombstone } from './tombstone.ts';
import { makeVectors } from './vectors.fixture.ts';
import { writerOf } from './writer-key.ts';

function fixed(label: string, length = 32): Buffer {
  return hash('sha256', label, 'buffer').subarray(0, length);
}

/** One object of each kind of section 13: `docs/spec/vectors/backup-format-taken-away.json`. */
export function makeTakenAwayVectors() {
  const { objects } = makeVectors();
  const { descriptor } = JSON.parse(Buffer.from(objects['vault.json'] as string, 'base64').toString('utf8')) as {
    descriptor: { vault: string };
  };
  const { vault } = descriptor;
  const seed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), fixed('vector writer')]);
  const privateKey = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' });
  const creator = { id: writerOf(privateKey).id, privateKey };
  const tombstone = (sequence: number, change: Partial<Tombstone> = {}): [string, Buffer] => {
    const made: Tombstone = {
      writer: creator.id,
      sequence,
      createdMs: 1_700_000_000_000 + sequence,
      reason: 'expired',
      head: fixed(`vector head ${sequence}`).toString('hex'),
      previous: sequence === 2 ? null : fixed(`vector head ${sequence - 1}`).toString('hex'),
      domain: fixed('vector domain', 16).toString('hex'),
      takenMs: 1_600_000_000_000 + sequence,
      replacedBy: null,
      destroyed: [],
      readable: [],
      ...change,
    };
    return [tombstoneName(made), sealTombstone(made, vault, creator)];
  };
  const mark = (at: number, change: Pick<Mark, 'kind' | 'reason' | 'names'>): [string, Buffer] => {
    const id = markId(at, fixed(`vector mark ${at}`, 16));
    const made = { id, createdMs: at, notBeforeMs: at + 86_400_000, ...change };
    return [markName(id), sealMark(made, vault, creator)];
  };
  const hold = fixed('vector hold', 16).toString('hex');
  const held = { hold, revision: 1, createdMs: 5, state: 'held', snapshots: [], domain: null, previous: null } as const;
  const heldBytes = sealHold(held, vault, creator);
  const released = { ...held, revision: 2, state: 'released', previous: holdDigest(heldBytes) } as const;
  const snapshot = `${creator.id}-0000000003`;
  const keys = ['data', 'metadata', 'dedupe'].map((purpose) => fixed(`vector key id ${purpose}`, 16).toString('hex'));
  const [data = '', metadata = '', dedupe = ''] = keys;
  const retired = { key: data, purpose: 'data', createdMs: 6, successor: null } as const;
  const retiredDedupe = { key: dedupe, purpose: 'dedupe', createdMs: 7, successor: 'ab'.repeat(16) } as const;
  const made: [string, Buffer][] = [
    tombstone(2),
    tombstone(3, { reason: 'forgotten', destroyed: [metadata], readable: [data] }),
    tombstone(4, { reason: 'replaced', replacedBy: `${creator.id}-0000000009` }),
    tombstone(5, { reason: 'lost', domain: null, takenMs: null }),
    mark(1_700_000_000_000, { kind: 'trash', reason: 'expired', names: [snapshot] }),
    mark(1_700_000_000_001, { kind: 'keep', reason: 'taken-back', names: [snapshot] }),
    mark(1_700_000_000_002, {
      kind: 'delete',
      reason: 'unreferenced',
      names: [`packs/ab/${'ab'.repeat(32)}`, `index/${'cd'.repeat(32)}`, `keys/${data}`],
    }),
    mark(1_700_000_000_003, { kind: 'clock', reason: 'none', names: [] }),
    [holdName(held), heldBytes],
    [holdName(released), sealHold(released, vault, creator)],
    [retiredName(data), sealRetired(retired, vault, creator)],
    [retiredName(dedupe), sealRetired(retiredDedupe, vault, creator)],
  ];
  return { objects: Object.fromEntries(made.map(([name, bytes]) => [name, bytes.toString('base64')])) };
}
