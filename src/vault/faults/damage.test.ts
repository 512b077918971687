import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../check/check.ts';
import { VaultError } from '../errors.ts';
import { needed, survey } from '../keeping/survey.ts';
import { snapshotId } from '../format/manifest.ts';
import { openRepository, type Repository } from '../repository.ts';
import { restore } from '../restore/restore.ts';
import { listSnapshots } from '../snapshots.ts';
import { picture } from '../vault.fixture.ts';
import { fullSite, KINDS } from './full-site.fixture.ts';
import { MemoryTarget, type MemoryObject } from './memory-target.fixture.ts';
import type { Site } from './site.fixture.ts';

/** What a machine that has never seen the store, but knows whose vault it is, comes to. */
interface Judgement {
  /** What a verification says, or why the vault cannot be opened; empty: all is well. */
  readonly said: string;
  /** Snapshots that a finding names. */
  readonly hit: ReadonlySet<string>;
  /** Snapshots that are listed and that a restore refuses. */
  readonly refused: readonly string[];
  /** Snapshots that came back otherwise than they were: never. */
  readonly wrong: readonly string[];
  /** Errors that are none of the vault's own: never. */
  readonly untyped: readonly string[];
}

describe('objects that somebody changed', () => {
  let site: Site;
  let referred: ReadonlySet<string>;
  let genuine: ReadonlyMap<string, MemoryObject>;
  let dedupeKey: string;
  let identity: { vault: string; creator: string; tenant: string; environment: string };
  /** Pictures by snapshot id. */
  const pictures = new Map<string, string>();

  beforeAll(async () => {
    ({ site } = await fullSite());
    genuine = new Map(site.store.objects);
    await site.with(async (repository) => {
      const { vault, creator, tenant, environment } = repository.descriptor;
      ({ dedupeKey } = repository.descriptor);
      identity = { vault, creator, tenant, environment };
      const ring = repository.keyRing();
      referred = needed((await survey({ repository, rulesOf: () => undefined }, ring)).snapshots);
      ring.drop();
      for (const { head } of (await listSnapshots(repository)).snapshots) {
        const to = join(site.folder, 'genuine');
        await restore({ repository, snapshotId: snapshotId(head), to, threads: 0 });
        pictures.set(snapshotId(head), picture(to).join());
        rmSync(to, { recursive: true });
      }
    });
  });
  afterAll(() => site.close());

  async function judge(changed: ReadonlyMap<string, MemoryObject>): Promise<Judgement> {
    const untyped: string[] = [];
    const typed = (error: unknown): string => {
      if (!(error instanceof VaultError)) untyped.push(String((error as Error).stack));
      return (error as Error).message;
    };
    const [refused, wrong]: [string[], string[]] = [[], []];
    let repository: Repository;
    try {
      repository = await openRepository(new MemoryTarget(site.clock, changed), {
        masterKeys: site.masterKeys,
        clock: site.clock,
        expect: identity,
      });
    } catch (error) {
      return { said: typed(error), hit: new Set(), refused, wrong, untyped };
    }
    try {
      const { findings } = await check({ repository, level: 'data' });
      for (const [id, before] of pictures) {
        const to = join(site.folder, 'judged');
        try {
          await restore({ repository, snapshotId: id, to, threads: 0 });
          if (picture(to).join() !== before) wrong.push(id);
        } catch (error) {
          typed(error);
          refused.push(id);
        }
        rmSync(to, { recursive: true, force: true });
      }
      const hit = new Set(findings.flatMap(({ snapshots = [], where }) => [...snapshots, where]));
      return { said: findings.map(({ where, text }) => `${where} ${text}`).join('\n'), hit, refused, wrong, untyped };
    } catch (error) {
      return { said: typed(error), hit: new Set(), refused, wrong, untyped };
    } finally {
      repository.close();
    }
  }

  /** What is wrong with how a change was judged; `name` is the object that must be named. */
  function complaints({ said, hit, refused, wrong, untyped }: Judgement, name: string): string[] {
    const id = name.startsWith('snapshots/') ? name.slice('snapshots/'.length).replace('/', '-') : name;
    const names = name === 'vault.json' ? ['descriptor', 'vault'] : [name, id];
    const stone = /^tombstones\/(\w+)\/(\d+)/.exec(name);
    if (stone) names.push(`${stone[1]}-${stone[2]}`);
    return [
      ...(names.some((word) => said.includes(word)) ? [] : [`${name} is not named: ${said}`]),
      ...refused.filter((one) => !hit.has(one)).map((one) => `${one} is refused and no finding says so: ${said}`),
      ...wrong.map((one) => `${one} came back otherwise`),
      ...untyped,
    ];
  }

  /** Objects of a kind; of packs and index objects those that a snapshot needs. */
  const of = (kind: string): string[] =>
    [...genuine.keys()]
      .filter((name) => name.startsWith(kind) && (!/^(?:packs|index)/.test(kind) || referred.has(name)))
      .toSorted();
  const bytesOf = (name: string): Buffer => (genuine.get(name) as MemoryObject).bytes;
  const withBytes = (changes: Readonly<Record<string, Buffer>>): ReadonlyMap<string, MemoryObject> => {
    const changed = new Map(genuine);
    for (const [name, bytes] of Object.entries(changes)) changed.set(name, { bytes, storedMs: site.clock.ms });
    return changed;
  };

  it('are none: nothing is found, and everything comes back', async () => {
    for (const kind of KINDS) expect([kind, of(kind).length > 0]).toEqual([kind, true]);
    expect(await judge(genuine)).toEqual({ said: '', hit: new Set(), refused: [], wrong: [], untyped: [] });
  });

  /** Borders of what lies in an object: fields of binary headers, each member of JSON, tags and signatures. */
  function places(name: string): number[] {
    const bytes = bytesOf(name);
    const { length } = bytes;
    const ends = [0, length - 1, length - 4, length - 5, length - 20, length - 64, length - 70, length >> 1];
    if (name.startsWith('packs/')) return [...ends, 8, 10, 26, 58, 89, 90, 110];
    if (name.startsWith('index/')) return [...ends, 8, 10, 26, 42, 74, 105, 106];
    const head = name.startsWith('snapshots/') ? [8, 11, 12] : [];
    const members = [...bytes.toString('latin1').matchAll(/"\w+":["[{]{0,2}/g)].map(
      (match) => match.index + match[0].length,
    );
    return [...ends, ...head, ...members];
  }

  it.each(KINDS)(
    '%s: a bit flipped in any region is found, named with the snapshots that it hits, and never restored',
    async (kind) => {
      // The first and the last of what has more to it: of different runs.
      const two = ['keys/', 'packs/', 'snapshots/'].includes(kind);
      for (const name of new Set([of(kind).at(two ? 0 : -1) as string, of(kind).at(-1) as string])) {
        const all = [...new Set(places(name))].filter((at) => at >= 0 && at < bytesOf(name).length);
        const some = Array.from(
          { length: Math.min(5, all.length) },
          (_, i) => all[Math.floor((i * all.length) / 5)] ?? 0,
        );
        for (const at of new Set(all.length <= 5 ? all : some)) {
          const flipped = Buffer.from(bytesOf(name));
          flipped[at]! ^= 1 << (at % 8);
          expect([at, complaints(await judge(withBytes({ [name]: flipped })), name)]).toEqual([at, []]);
        }
      }
    },
    240_000,
  );

  it.each(KINDS)(
    '%s: cut off anywhere, or with a byte more, is found and named',
    async (kind) => {
      const name = of(kind)[0] as string;
      const bytes = bytesOf(name);
      for (const length of [0, bytes.length >> 1, bytes.length - 1]) {
        const cut = withBytes({ [name]: bytes.subarray(0, length) });
        expect([length, complaints(await judge(cut), name)]).toEqual([length, []]);
      }
      const longer = withBytes({ [name]: Buffer.concat([bytes, Buffer.alloc(1)]) });
      expect(complaints(await judge(longer), name)).toEqual([]);
    },
    240_000,
  );

  it.each(KINDS.slice(1))(
    '%s: in the place of another one of its kind is found and named',
    async (kind) => {
      const [one = '', other] = of(kind);
      // Where there is one alone, it takes a name that nobody has.
      const name = other ?? one.replace(/[0-9a-f](?=\.json$)/, (digit) => (digit === '1' ? '2' : '1'));
      const swapped = withBytes({ [name]: bytesOf(one), ...(other !== undefined && { [one]: bytesOf(other) }) });
      expect(name).not.toBe(one);
      expect(complaints(await judge(swapped), name)).toEqual([]);
    },
    240_000,
  );

  it('the envelope of the dedupe key, in the place of any other one, is found, and so is the other', async () => {
    const own = of('keys/').findLast((name) => name.startsWith(`keys/${dedupeKey}/`)) as string;
    for (const other of of('keys/').filter((name) => name !== own)) {
      const judged = await judge(withBytes({ [other]: bytesOf(own), [own]: bytesOf(other) }));
      expect([...complaints(judged, own), ...complaints(judged, other)]).toEqual([]);
    }
  });

  it('objects of one kind under the names of another are found and named', async () => {
    for (const [i, kind] of KINDS.entries()) {
      const name = of(kind)[0] as string;
      const foreign = of(KINDS[(i + 3) % KINDS.length] as string)[0] as string;
      expect([name, complaints(await judge(withBytes({ [name]: bytesOf(foreign) })), name)]).toEqual([name, []]);
    }
  });

  it.each(['another vault', 'another environment', 'another tenant'])(
    'objects of %s, by the same writer under the same master keys, are found and named',
    async (which) => {
      const { site: twin } = await fullSite({
        key: site.writerKey,
        identity: {
          tenant: which === 'another tenant' ? 'tenant-2' : identity.tenant,
          environment: which === 'another environment' ? 'environment-2' : identity.environment,
        },
      });
      try {
        const theirs = [...twin.store.objects.keys()].toSorted();
        for (const kind of KINDS) {
          const name = of(kind).at(-1) as string;
          const foreign = theirs.findLast((one) => one.startsWith(kind)) as string;
          const { bytes } = twin.store.objects.get(foreign) as MemoryObject;
          expect([name, complaints(await judge(withBytes({ [name]: bytes })), name)]).toEqual([name, []]);
        }
      } finally {
        twin.close();
      }
    },
    240_000,
  );
});
