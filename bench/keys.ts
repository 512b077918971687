/**
 * What one request costs over HTTP: SigV4, default policy, durable audit entry; as CPU per request against a floor in
 * the same run. What is not "on the loop" are the threads of the writer, of the log, and of the runtime. Rows: kms-rows.ts.
 *
 * node bench/keys.ts [--only Sign] [--seconds 5] [--rounds 3] [--connections 32]
 */
import { KMSClient } from '@aws-sdk/client-kms';
import { ROWS, type Prepared, type Row } from './kms-rows.ts';
import { load, show, sign, start, stop, WARM_UP_REQUESTS, type Load, type LoadRequest, type Started } from './load.ts';
import { median } from './median.ts';
import { benchOptions } from './bench-options.ts';

const values = benchOptions({
  only: { type: 'string', default: '' },
  seconds: { type: 'string', default: '5' },
  rounds: { type: 'string', default: '3' },
  connections: { type: 'string', default: '32' },
});
const SECONDS = Number(values.seconds);
const ROUNDS = Number(values.rounds);
const CONNECTIONS = Number(values.connections);

const LOAD = { connections: CONNECTIONS, seconds: SECONDS };

const floor = await start('./floor-server.ts');
const real = await start('./keystead-server.ts');
const { url, first } = real.started as Required<Started>;
const kms = new KMSClient({ endpoint: url, region: first.region, credentials: first });

/** A request whose answer was seen to be right. */
async function proven({ operation, input, check }: Prepared): Promise<LoadRequest> {
  const request = await sign(url, first, operation, input);
  const probe = await fetch(url, { method: 'POST', headers: request.headers, body: request.body });
  await check((await probe.json()) as Record<string, string>);
  return request;
}

/** Runs one row against the floor, or against the request that it names, in turn; answers the ratio. */
async function measure(row: Row): Promise<number> {
  const { name, peer } = row;
  const request = await proven(await row.prepare(kms, first));
  const other = peer && (await proven(await peer.prepare(kms, first)));
  const beside = (how: Load = LOAD) =>
    other ? load(real.child, url, other, how) : load(floor.child, floor.started.url, request, how);

  console.log(name);
  const warmUp = { connections: CONNECTIONS, requests: WARM_UP_REQUESTS };
  await beside(warmUp);
  await load(real.child, url, request, warmUp);
  const ratios: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const round = { beside: await beside(), keystead: await load(real.child, url, request, LOAD) };
    show(other ? 'beside' : 'floor', round.beside);
    show('keystead', round.keystead);
    ratios.push(round.keystead.cpuUs / round.beside.cpuUs);
  }
  return median(ratios);
}

try {
  console.log(`${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s, in turn`);
  const ratios: string[] = [];
  for (const row of ROWS.filter(({ name }) => name.includes(values.only))) {
    const ratio = await measure(row);
    const aim = row.aim === undefined ? '' : ` (aim: at most ${row.aim.toFixed(2)})`;
    ratios.push(`  ${row.name.padEnd(24)} ${ratio.toFixed(2)} times ${row.peer?.name ?? 'the floor'}${aim}`);
  }
  console.log(['CPU per request:', ...ratios].join('\n'));
} finally {
  kms.destroy();
  await stop(floor.child, real.child, real.started);
}
