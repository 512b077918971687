import { describe, expect, it } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import { signCheckpoint } from './checkpoint.ts';
import { LogEdge } from './edge.ts';
import { leafOf, type AuditDraft } from './entry.ts';
import { EMPTY_STATE } from './log.ts';
import { draftOf, MemoryTargets } from './log.fixture.ts';
import { LogReader } from './log-reader.ts';
import { CLOCK_SLACK_MS, lookBack, type LookBack } from './look-back.ts';
import { CHECKPOINT_PATH } from './tile.ts';

const T0 = 1_800_000_000_000;
const always = async () => true;

async function logOf(drafts: readonly AuditDraft[]): Promise<LogReader> {
  const target = new MemoryTargets().of('t1');
  const edge = new LogEdge();
  const entries = drafts.map((draft) => leafOf(draft));
  await target.write(
    ...edge.append(entries.map(({ leaf, salt, details }) => ({ leaf, details: Buffer.concat([salt, details]) }))),
  );
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const head = { origin: 'k/t1', size: edge.size, root: edge.root(), state: EMPTY_STATE, timeMs: T0 };
  await target.write({ path: CHECKPOINT_PATH, bytes: Buffer.from(signCheckpoint(head, privateKey, publicKey)) });
  return new LogReader(target);
}

/** One entry a second, every tenth refused, every hundredth of another principal. */
function mixed(size: number): AuditDraft[] {
  return Array.from({ length: size }, (_, n) =>
    draftOf(n, {
      timeMs: T0 + n * 1000,
      principal: n % 100 === 0 ? 'arn:aws:iam::111122223333:user/ann' : 'arn:aws:iam::111122223333:user/bob',
      outcome: n % 10 === 0 ? 'refused' : 'done',
      key: `key-${n % 7}`,
      action: n % 2 === 0 ? 'kms:Encrypt' : 'keystead:WhoAmI',
      details: { n, request: { correlationId: `c-${n}`, said: n === 777 ? 'A "Quoted" Word\n' : '' } },
    }),
  );
}

async function every(reader: LogReader, asked: Omit<LookBack, 'limit'>, limit: number, goOn = always) {
  const indexes: number[] = [];
  let pages = 0;
  for (let before = asked.before; ; pages++) {
    const page = await lookBack(reader, 't1', { ...asked, limit, ...(before !== undefined && { before }) }, goOn);
    indexes.push(...page.entries.map(({ index }) => index));
    if (page.next === undefined) return { indexes, pages };
    before = page.next;
  }
}

describe('a look back through a log', () => {
  const drafts = mixed(1500);

  it.each([0, 1, 255, 256, 257, 512, 513])(
    'finds every entry of a log of %d, page by page, the newest first',
    async (size) => {
      const reader = await logOf(drafts.slice(0, size));
      const all = Array.from({ length: size }, (_, i) => size - 1 - i);
      for (const limit of [1000, 100, 7]) expect((await every(reader, { wanted: {} }, limit)).indexes).toEqual(all);
    },
  );

  it.each([
    ['outcome', { outcome: 'refused' }, (n: number) => n % 10 === 0],
    ['principal by name', { principal: 'ann' }, (n: number) => n % 100 === 0],
    ['part of a name is none', { principal: 'an' }, () => false],
    ['key', { key: 'key-3' }, (n: number) => n % 7 === 3],
    ['action without case', { action: 'KMS:encrypt' }, (n: number) => n % 2 === 0],
    ['actions that begin so', { action: 'keystead:*' }, (n: number) => n % 2 === 1],
    ['request', { request: 'request-42' }, (n: number) => n === 42],
    ['correlation', { request: 'c-43' }, (n: number) => n === 43],
    ['text of details, as people write it', { text: 'a "quoted" word\n' }, (n: number) => n === 777],
    ['several at once', { outcome: 'refused', key: 'key-0', principal: 'ann' }, (n: number) => n % 700 === 0],
  ])('filters by %s', async (_, wanted, isWanted) => {
    const reader = await logOf(drafts);
    const expected = drafts
      .map((__, n) => n)
      .filter(isWanted)
      .toReversed();
    expect((await every(reader, { wanted }, 50)).indexes).toEqual(expected);
  });

  it('keeps to a range of times, at its edges', async () => {
    const day = 24 * 3_600_000;
    const reader = await logOf(drafts.map((draft, n) => ({ ...draft, timeMs: T0 + n * (day / 100) })));
    const ranges = [
      [2, 3],
      [0, 1],
      [14.5, 14.51],
      [20, 30],
      [-2, -1],
    ] as const;
    for (const [from, to] of ranges) {
      const expected = drafts.map((_, n) => n).filter((n) => n >= from * 100 && n < to * 100);
      const asked = { wanted: {}, fromMs: T0 + from * day, toMs: T0 + to * day };
      expect((await every(reader, asked, 1000)).indexes).toEqual(expected.toReversed());
    }
  });

  it('finds what clocks put out of order, as far as it says', async () => {
    const shaken = drafts.map((draft, n) => ({
      ...draft,
      timeMs: T0 + n * 60_000 + ((n * 7919) % 120) * (CLOCK_SLACK_MS / 2 / 120),
    }));
    const reader = await logOf(shaken);
    const [fromMs, toMs] = [T0 + 300 * 60_000, T0 + 900 * 60_000];
    const expected = shaken.flatMap(({ timeMs }, n) => (timeMs >= fromMs && timeMs < toMs ? [n] : []));
    expect((await every(reader, { wanted: {}, fromMs, toMs }, 100)).indexes).toEqual(expected.toReversed());
  });

  it('stops when its time is over, and goes on from there', async () => {
    const reader = await logOf(drafts.map((draft) => ({ ...draft, details: { text: 'x'.repeat(4000) } })));
    const page = await lookBack(reader, 't1', { wanted: { request: 'request-3' }, limit: 10 }, async () => false);
    expect(page.entries).toEqual([]);
    expect(page.next).toBe(page.searchedTo?.index);
    expect(page.next).toBeGreaterThan(1000);
    const whole = await every(reader, { wanted: { request: 'request-3' } }, 10, async () => false);
    expect(whole.indexes).toEqual([3]);
    expect(whole.pages).toBeGreaterThan(5);
  });
});
