import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check } from '../check/check.ts';
import { VaultError } from '../errors.ts';
import { revokeWriter } from '../further-writers.ts';
import type { KnownHead } from '../index-cache.ts';
import { retire } from '../keeping/retire.ts';
import { snapshotName } from '../format/manifest.ts';
import { rewrap } from '../rewrap.ts';
import { listSnapshots } from '../snapshots.ts';
import { fullSite } from './full-site.fixture.ts';
import { MemoryTarget, type MemoryObject } from './memory-target.fixture.ts';
import type { Site } from './site.fixture.ts';

type Objects = Map<string, MemoryObject>;

/** Who remembers what the store had: this machine's cache, heads that the server keeps in its own records, or nobody. */
const WITNESSES = ['nobody', 'server', 'cache'] as const;

describe('a store that has gone back', () => {
  let site: Site;
  let now: Objects;
  let heads: readonly KnownHead[];
  /** The store before the last snapshot, the last re-wrapping, and so on. */
  const before: { snapshot?: Objects; rewrap?: Objects; revoke?: Objects; retire?: Objects } = {};
  let host: string;
  let leaked: string;

  beforeAll(async () => {
    const full = await fullSite();
    ({ site } = full);
    host = full.host.id;
    await site.with(async (repository) => {
      before.rewrap = new Map(site.store.objects);
      await rewrap({ repository, to: site.masterKeys, refreshBeforeMs: (site.clock.ms += 1) });
      before.retire = new Map(site.store.objects);
      leaked = repository.dedupeKey;
      await retire({ repository, rulesOf: () => undefined, key: leaked });
    });
    before.snapshot = new Map(site.store.objects);
    await site.snapshot();
    before.revoke = new Map(site.store.objects);
    await site.with(async (repository) => {
      await revokeWriter(repository, host, 1);
      heads = (await listSnapshots(repository)).heads;
      // This machine has seen everything that there is.
      await check({ repository, level: 'data' });
    });
    now = new Map(site.store.objects);
  });
  afterAll(() => site.close());
  beforeEach(() => rmSync(join(site.folder, 'seen'), { recursive: true, force: true }));

  /** What a verification says, or why the vault cannot be opened, by the code and the object or snapshot. */
  async function told(objects: Objects, witness: (typeof WITNESSES)[number]): Promise<string[]> {
    site.store = new MemoryTarget(site.clock, objects);
    cpSync(join(site.folder, 'cache'), join(site.folder, 'seen'), { recursive: true });
    try {
      return await site.with(
        async (repository) => {
          const knownHeads = witness === 'server' ? heads : [];
          const { findings } = await check({ repository, level: 'data', knownHeads });
          return [...new Set(findings.map(({ code, where }) => `${code} ${where}`))];
        },
        site.store,
        witness === 'cache' ? 'seen' : null,
      );
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      return [`${error.code} ${error.message}`];
    }
  }

  const without = (...names: readonly string[]): Objects => {
    const rest = new Map(now);
    for (const name of names) expect([name, rest.delete(name)]).toEqual([name, true]);
    return rest;
  };
  const names = (kind: string): string[] => [...now.keys()].filter((name) => name.startsWith(kind)).toSorted();
  const newest = (): string => {
    const { creator } = site.store.objects.size > 0 ? creatorOf() : { creator: '' };
    const head = heads.find(({ writer }) => writer === creator) as KnownHead;
    return snapshotName(head.writer, head.sequence);
  };
  const creatorOf = (): { creator: string } => {
    const descriptor = (now.get('vault.json') as MemoryObject).bytes.toString('utf8');
    return (JSON.parse(descriptor) as { descriptor: { creator: string } }).descriptor;
  };
  const idOf = (name: string): string => name.slice('snapshots/'.length).replace('/', '-');
  const everybody = (finding: string) => ({ nobody: finding, server: finding, cache: finding });

  /** What is taken away, and what each witness lets us find: part of a finding, or `undefined` where nothing is. */
  const TAKEN: readonly [
    what: string,
    objects: () => Objects,
    found: () => { readonly [W in (typeof WITNESSES)[number]]: string | undefined },
  ][] = [
    ['the descriptor', () => without('vault.json'), () => everybody('object-missing')],
    [
      'an envelope',
      () => without(names('keys/').find((name) => name.includes(dataKey())) as string),
      () => everybody(`object-missing keys/${dataKey()}`),
    ],
    ['a pack', () => without(...names('packs/')), () => everybody('object-missing')],
    ['an index object', () => without(...names('index/')), () => everybody('object-missing')],
    ['a snapshot in the middle', () => without(middle()), () => everybody(`missing ${idOf(middle())}`)],
    [
      'the newest snapshot',
      () => without(newest()),
      () => ({ ...everybody(`newest-missing ${idOf(newest())}`), nobody: undefined }),
    ],
    [
      'the only snapshot of a writer',
      () => without(snapshotName(host, 1)),
      () => ({ ...everybody(`newest-missing ${host}-0000000001`), nobody: undefined }),
    ],
    [
      'all snapshots',
      () => without(...names('snapshots/'), ...names('tombstones/')),
      () => ({ ...everybody('newest-missing'), nobody: undefined }),
    ],
    [
      'a writer',
      () => without(...names(`writers/${host}`)),
      () => ({ ...everybody(`damaged ${host}-0000000001`), cache: `rolled-back The writer ${host}` }),
    ],
    ['a tombstone', () => without(names('tombstones/')[0] as string), () => everybody('missing')],
    [
      'a retired key',
      () => without(`retired/${leaked}.json`),
      () => ({ nobody: undefined, server: undefined, cache: `rolled-back retired/${leaked}.json` }),
    ],
    [
      'the last revision of a writer, which let it go',
      () => before.revoke as Objects,
      () => ({ nobody: undefined, server: undefined, cache: `rolled-back The writer ${host}` }),
    ],
    [
      'everything since the last snapshot',
      () => before.snapshot as Objects,
      () => ({ nobody: undefined, server: `newest-missing ${idOf(newest())}`, cache: 'rolled-back' }),
    ],
    [
      'the last re-wrapping',
      () => new Map([...now].map(([name, object]) => olderEnvelope(name) ?? [name, object])),
      () => ({ nobody: undefined, server: undefined, cache: 'rolled-back' }),
    ],
  ];

  /** A data key that the newest snapshot was made under. */
  function dataKey(): string {
    const { bytes } = now.get(newest()) as MemoryObject;
    const head = bytes.subarray(12, 12 + bytes.readUInt32BE(8)).toString('utf8');
    const { keys } = JSON.parse(head) as { keys: { id: string; purpose: string }[] };
    return keys.find(({ purpose }) => purpose === 'data')?.id as string;
  }
  function middle(): string {
    return names(`snapshots/${creatorOf().creator}`).at(-2) as string;
  }
  /** The revision that an envelope had before it was wrapped again. */
  function olderEnvelope(name: string): [string, MemoryObject] | undefined {
    const match = /^keys\/(\w+)\/0*(\d+)\.json$/.exec(name);
    if (!match) return undefined;
    const old = `keys/${match[1]}/${String(Number(match[2]) - 1).padStart(8, '0')}.json`;
    const object = before.rewrap?.get(old);
    return object && [old, object];
  }

  it('has not: nobody finds anything', async () => {
    for (const witness of WITNESSES) expect([witness, await told(now, witness)]).toEqual([witness, []]);
  });

  it.each(TAKEN)('without %s: it is found by whoever can know', async (_what, objects, found) => {
    for (const witness of WITNESSES) {
      const wanted = found()[witness];
      const findings = await told(objects(), witness);
      const isAsWanted =
        wanted === undefined ? findings.length === 0 : findings.some((text) => text.startsWith(wanted));
      expect([witness, wanted, isAsWanted, findings]).toEqual([witness, wanted, true, findings]);
    }
  });

  it.each([
    ['a mark', 'marks/'],
    ['a legal hold', 'holds/'],
    ['the pair of its writers', 'pairs/'],
  ])('without %s it has lost nothing', async (_what, kind) => {
    for (const witness of WITNESSES) expect(await told(without(...names(kind)), witness)).toEqual([]);
  });

  it('keeps no machine that knew of it from leaving a retired key alone', async () => {
    site.store = new MemoryTarget(site.clock, without(...names('retired/')));
    cpSync(join(site.folder, 'cache'), join(site.folder, 'seen'), { recursive: true });
    await site.with(async (repository) => expect(repository.dedupeKey).not.toBe(leaked), site.store, 'seen');
  });

  it('and has then gone on otherwise is found by the heads that were known', async () => {
    site.store = new MemoryTarget(site.clock, before.snapshot as Objects);
    const elsewhere = site.masterKeys;
    // Somebody who has the writer's key and knows nothing of the snapshot that was dropped.
    await site.with((repository) => site.backup(repository, 'one'), site.store, null);
    site.masterKeys = elsewhere;
    const forked = new Map(site.store.objects);
    expect(await told(forked, 'nobody')).toEqual([]);
    expect(await told(forked, 'server')).toContain(`wrong-previous ${idOf(newest())}`);
  });
});
