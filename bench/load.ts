import { SignatureV4 } from '@smithy/signature-v4';
import autocannon from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { FirstCredentials } from '../src/server/first-start.ts';

/** A server that was started as a process of its own. */
export interface Started {
  readonly url: string;
  readonly first?: FirstCredentials;
  readonly folder?: string;
}
interface Cpu {
  readonly user: number;
  readonly system: number;
}
interface Usage {
  readonly cpu: Cpu;
  /** Of the event loop's thread alone. */
  readonly loop: Cpu;
  readonly memory: number;
}
/** A request that is sent over and over. */
export interface LoadRequest {
  readonly headers: Record<string, string>;
  readonly body: string;
}
/** What one request cost, as CPU of the server, and how long it took. */
export interface Round {
  readonly cpuUs: number;
  /** What of it the event loop's thread used. */
  readonly loopUs: number;
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

export async function start(file: string): Promise<{ child: ChildProcess; started: Started }> {
  const child = fork(new URL(file, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [started] = (await once(child, 'message')) as [Started];
  return { child, started };
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

/** How hard, and for how long or how often. */
export type Load = { readonly connections: number } & ({ readonly seconds: number } | { readonly requests: number });

/** After as many requests the runtime has compiled what they go through: slower servers are not measured colder. */
export const WARM_UP_REQUESTS = 30_000;

/** @throws an answer was not 2xx, or none came */
export async function load(child: ChildProcess, url: string, request: LoadRequest, how: Load): Promise<Round> {
  const before = await usageOf(child);
  const result = await autocannon({
    method: 'POST',
    ...request,
    url,
    connections: how.connections,
    ...('seconds' in how ? { duration: how.seconds } : { amount: how.requests }),
  });
  const after = await usageOf(child);
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 200, ${result.errors} failed`);
  const each = (of: 'cpu' | 'loop') =>
    (after[of].user + after[of].system - before[of].user - before[of].system) / result['2xx'];
  const { p50, p99 } = result.latency;
  const perSecond = result['2xx'] / result.duration;
  return { cpuUs: each('cpu'), loopUs: each('loop'), perSecond, p50, p99, memory: after.memory };
}

/** A request of the AWS KMS API. */
export async function sign(
  url: string,
  first: FirstCredentials,
  operation: string,
  input: object,
): Promise<LoadRequest> {
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

export function show(name: string, round: Round): void {
  const { cpuUs, loopUs, perSecond, p50, p99, memory } = round;
  const cells = [
    `${cpuUs.toFixed(1)} us CPU`,
    `${loopUs.toFixed(1)} on the loop`,
    `${perSecond.toFixed(0)} requests/s`,
    `p50 ${p50} ms`,
    `p99 ${p99} ms`,
    `${(memory / 2 ** 20).toFixed(0)} MiB`,
  ];
  console.log(`  ${name.padEnd(12)} ${cells.map((cell) => cell.padStart(17)).join('')}`);
}

/** Ends the servers, and takes away what the real one wrote. */
export async function stop(floor: ChildProcess, real: ChildProcess, { folder }: Started): Promise<void> {
  floor.kill();
  real.disconnect();
  await once(real, 'exit');
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
