/**
 * What one request costs over HTTP: SigV4, default policy, durable audit entry; as CPU per request against a floor in
 * the same run. The rows are in kms-rows.ts.
 *
 * node bench/keys.ts [--only Sign] [--seconds 5] [--rounds 3] [--connections 32]
 */
import { KMSClient } from '@aws-sdk/client-kms';
import { SignatureV4 } from '@smithy/signature-v4';
import autocannon from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { FirstCredentials } from '../src/server/first-start.ts';
import { ROWS, type Prepared, type Row } from './kms-rows.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
  },
});
const SECONDS = Number(values.seconds);
const ROUNDS = Number(values.rounds);
const CONNECTIONS = Number(values.connections);

interface Started {
  readonly url: string;
  readonly first?: FirstCredentials;
  readonly folder?: string;
}
interface Usage {
  readonly cpu: { readonly user: number; readonly system: number };
  readonly memory: number;
}
interface SignedRequest {
  readonly headers: Record<string, string>;
  readonly body: string;
}
interface Round {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly memory: number;
}

/** Hash of the AWS SDK's signer, on the runtime's own. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

async function start(file: string): Promise<{ child: ChildProcess; started: Started }> {
  const child = fork(new URL(file, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [started] = (await once(child, 'message')) as [Started];
  return { child, started };
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

async function load(child: ChildProcess, url: string, request: SignedRequest): Promise<Round> {
  const before = await usageOf(child);
  const result = await autocannon({ url, method: 'POST', ...request, connections: CONNECTIONS, duration: SECONDS });
  const after = await usageOf(child);
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 200, ${result.errors} failed`);
  const cpu = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  const { p50, p99 } = result.latency;
  return { cpuUs: cpu / result['2xx'], perSecond: result['2xx'] / result.duration, p50, p99, memory: after.memory };
}

async function sign(url: string, first: FirstCredentials, operation: string, input: object): Promise<SignedRequest> {
  const { host, hostname, port, protocol } = new URL(url);
  const body = JSON.stringify(input);
  const signer = new SignatureV4({ credentials: first, region: first.region, service: 'kms', sha256: Sha256 });
  const headers = { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` };
  const signed = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    port: Number(port),
    path: '/',
    query: {},
    headers,
    body,
  });
  return { headers: signed.headers, body };
}

function show(name: string, round: Round): void {
  const { cpuUs, perSecond, p50, p99, memory } = round;
  const cells = [
    `${cpuUs.toFixed(1)} us CPU`,
    `${perSecond.toFixed(0)} requests/s`,
    `p50 ${p50} ms`,
    `p99 ${p99} ms`,
    `${(memory / 2 ** 20).toFixed(0)} MiB`,
  ];
  console.log(`  ${name.padEnd(9)} ${cells.map((cell) => cell.padStart(17)).join('')}`);
}

const floor = await start('./floor-server.ts');
const real = await start('./keystead-server.ts');
const { url, first } = real.started as Required<Started>;
const kms = new KMSClient({ endpoint: url, region: first.region, credentials: first });

/** A request whose answer was seen to be right. */
async function proven({ operation, input, check }: Prepared): Promise<SignedRequest> {
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
  const beside = () => (other ? load(real.child, url, other) : load(floor.child, floor.started.url, request));

  console.log(name);
  await beside();
  await load(real.child, url, request);
  const ratios: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const round = { beside: await beside(), keystead: await load(real.child, url, request) };
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
  floor.child.kill();
  real.child.disconnect();
  await once(real.child, 'exit');
  if (real.started.folder !== undefined) rmSync(real.started.folder, { recursive: true, force: true });
}
