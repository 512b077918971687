/**
 * What one Encrypt of 1 KiB costs over HTTP: SigV4, default policy, durable audit entry; as CPU per request against a
 * floor in the same run. Aim: at most 2.0 times the floor.
 *
 * node bench/keys.ts [--seconds 5] [--rounds 3] [--connections 32]
 */
import { DecryptCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { SignatureV4 } from '@smithy/signature-v4';
import autocannon from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { FirstCredentials } from '../src/server/first-start.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
  },
});
const SECONDS = Number(values.seconds);
const ROUNDS = Number(values.rounds);
const CONNECTIONS = Number(values.connections);
const AIM = 2.0;

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

async function signEncrypt(
  url: string,
  first: FirstCredentials,
  keyId: string,
  plaintext: Buffer,
): Promise<SignedRequest> {
  const { host, hostname, port, protocol } = new URL(url);
  const body = JSON.stringify({ KeyId: keyId, Plaintext: plaintext.toString('base64') });
  const signer = new SignatureV4({ credentials: first, region: first.region, service: 'kms', sha256: Sha256 });
  const headers = { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.Encrypt' };
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
try {
  const { url, first } = real.started as Required<Started>;
  const kms = new KMSClient({ endpoint: url, region: first.region, credentials: first });
  const created = await kms.send(new CreateKeyCommand({}));
  const keyId = created.KeyMetadata?.KeyId as string;
  const plaintext = randomBytes(1024);
  const request = await signEncrypt(url, first, keyId, plaintext);

  const probe = await fetch(url, { method: 'POST', headers: request.headers, body: request.body });
  const { CiphertextBlob } = (await probe.json()) as { CiphertextBlob: string };
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob: Buffer.from(CiphertextBlob, 'base64') }));
  if (!plaintext.equals(opened.Plaintext as Uint8Array))
    throw new Error('what was encrypted does not decrypt to itself');

  console.log(`Encrypt of 1 KiB, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s, in turn`);
  await load(floor.child, floor.started.url, request);
  await load(real.child, url, request);
  const rounds: { floor: Round; keystead: Round }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const round = {
      floor: await load(floor.child, floor.started.url, request),
      keystead: await load(real.child, url, request),
    };
    show('floor', round.floor);
    show('keystead', round.keystead);
    rounds.push(round);
  }
  const ratio = median(rounds.map((round) => round.keystead.cpuUs / round.floor.cpuUs));
  console.log(`CPU per request: ${ratio.toFixed(2)} times the floor (aim: at most ${AIM.toFixed(1)})`);
} finally {
  floor.child.kill();
  real.child.disconnect();
  await once(real.child, 'exit');
  if (real.started.folder !== undefined) rmSync(real.started.folder, { recursive: true, force: true });
}
