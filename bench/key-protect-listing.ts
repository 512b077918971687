/**
 * What lists of IBM Key Protect cost where a region is full: time of the processor, and how long others wait meanwhile, against a bare
 * read of the same rows in the same run.
 *
 * node bench/key-protect-listing.ts [--keys 100000] [--rounds 5]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { World } from '../src/protocols/key-protect/key-protect.fixture.ts';
import { madeKeys } from '../src/protocols/key-protect/made-key.fixture.ts';
import type { MemoryStore } from '../src/store/memory.ts';
import { openStore } from '../src/store/sqlite.ts';
import { median } from './median.ts';
import { benchOptions } from './bench-options.ts';

const values = benchOptions({ keys: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } });
const [KEYS, ROUNDS] = [Number(values.keys), Number(values.rounds)];
const STATES = ['active', 'active', 'active', 'suspended'] as const;

const folder = mkdtempSync(join(process.env['KEYSTEAD_BENCH_DIR'] ?? tmpdir(), 'keystead-bench-'));
const store = await openStore({ path: join(folder, 'store.db') });

/** The endpoint over a real store. */
class Workshop extends World {
  protected override makeStore(): MemoryStore {
    // Of a store in memory only what every store has is used here.
    return store as unknown as MemoryStore;
  }
}

const world = new Workshop();
const account = await world.account();
const { instance, admin } = account;
const startMs = world.clock();
await madeKeys(
  world,
  account,
  Array.from({ length: KEYS }, (_, i) => ({
    name: `key ${i}`,
    state: STATES[i % STATES.length] as 'active',
    createdAtMs: startMs - ((i * 7_919) % KEYS) * 1_000,
    ...(i % 50 === 0 && { keyRing: 'small' }),
  })),
);

const headers = { Authorization: `Bearer ${admin.token}`, 'Bluemix-Instance': instance.instanceId };

async function request(method: string, query: string, keyRing?: string): Promise<void> {
  const answer = await world.routes
    .find((route) => route.method === method)
    ?.handler({
      method,
      path: '/api/v2/keys',
      query,
      rawHeaders: Object.entries({ ...headers, ...(keyRing !== undefined && { 'X-Kms-Key-Ring': keyRing }) }).flat(),
      body: Buffer.alloc(0),
      remoteAddress: '127.0.0.1',
      isSecure: true,
      requestId: 'bench',
    });
  if (answer?.status !== 200) throw new Error(`${method} ${query}: ${answer?.body.toString('utf8')}`);
}

/** The floor: every row of the region, read and not looked at. */
async function readAll(): Promise<void> {
  for (let after: string | undefined; ;) {
    const page = { limit: 1_000, ...(after !== undefined && { after }) };
    const rows = await store.list(instance.tenantId, 'key', instance.region, page);
    if (rows.length < 1_000) return;
    after = rows.at(-1)?.id;
    await setImmediate();
  }
}

/** Milliseconds of the processor that it takes in the middle, and that others wait at most. */
async function time(run: () => Promise<void>, rounds = ROUNDS): Promise<[number, number]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const times: number[] = [];
  delay.enable();
  for (let i = 0; i < rounds; i++) {
    const from = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(from);
    times.push((user + system) / 1e3);
    await setImmediate();
  }
  delay.disable();
  return [median(times), delay.max / 1e6];
}

const [floorMs, floorWaitMs] = await time(readAll);
console.log(
  `${KEYS} keys; a bare read of all rows takes ${floorMs.toFixed(0)} ms (others wait ${floorWaitMs.toFixed(1)} ms)`,
);

const ROWS: [string, () => Promise<void>, number?][] = [
  ['count, first time: every record is proven', () => request('HEAD', ''), 1],
  ['count', () => request('HEAD', '')],
  ['first page of 200', () => request('GET', '')],
  [`200 from ${KEYS * 0.9} on`, () => request('GET', `offset=${KEYS * 0.9}`)],
  ['5,000 at once', () => request('GET', 'limit=5000')],
  ['200 by date', () => request('GET', 'sort=-creationDate')],
  [`200 by date from ${KEYS * 0.9} on`, () => request('GET', `sort=creationDate&state=1,2&offset=${KEYS * 0.9}`)],
  ['filter by state and date', () => request('GET', 'filter=state=2 creationDate=gte:"2020-01-01T00:00:00Z"')],
  ['search a ring of 2 % of the keys', () => request('GET', 'search=key 9', 'small')],
];
for (const [name, run, rounds] of ROWS) {
  const [ms, waitMs] = await time(run, rounds);
  const ratio = (ms / floorMs).toFixed(2);
  console.log(
    `  ${name.padEnd(44)} ${ms.toFixed(1).padStart(8)} ms, ${ratio.padStart(5)} x floor, others wait ${waitMs.toFixed(1)} ms`,
  );
}
await store.close();
rmSync(folder, { recursive: true });
