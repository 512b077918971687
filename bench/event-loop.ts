/**
 * How long others wait while keys are used whose operations take long: the delay of the event loop with RSA-4096
 * signatures at a steady rate, made here and made aside, and how many of each there can be.
 *
 * node bench/event-loop.ts [--rate 100] [--seconds 5]
 */
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateMaterial, openKeyMaterial } from '../src/crypto/key-material.ts';
import { keySpec, type KeySpecRow } from '../src/crypto/key-spec.ts';
import { sign, signAside } from '../src/crypto/signing.ts';
import { benchOptions } from './bench-options.ts';

const values = benchOptions({ rate: { type: 'string', default: '100' }, seconds: { type: 'string', default: '5' } });
const [RATE, SECONDS] = [Number(values.rate), Number(values.seconds)];
/** Requests that come together, as they do where clients do not know of each other. */
const AT_ONCE = 10;
const WAITING = 32;

const spec = keySpec('rsa-4096') as KeySpecRow;
const key = openKeyMaterial(spec, await generateMaterial(spec));
const digest = Buffer.alloc(32, 1);
const WAYS = {
  nothing: () => undefined,
  'made here': () => sign('RSASSA_PSS_SHA_256', key, digest, 'DIGEST'),
  'made aside': () => signAside('RSASSA_PSS_SHA_256', key, digest, 'DIGEST'),
};

const ms = (ns: number) => `${(ns / 1e6).toFixed(1)} ms`;

/** The delay of the loop, beyond the millisecond in which it is sampled, and how long a signature took. */
async function steady(name: string, run: () => unknown): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const latency = createHistogram();
  const pending: Promise<unknown>[] = [];
  const end = performance.now() + SECONDS * 1000;
  delay.enable();
  while (performance.now() < end) {
    for (let n = 0; n < AT_ONCE; n++) {
      const asked = performance.now();
      const made = Promise.resolve(run()).then(() => latency.record(Math.ceil((performance.now() - asked) * 1e6)));
      pending.push(made);
    }
    await sleep((1000 * AT_ONCE) / RATE);
  }
  await Promise.all(pending);
  delay.disable();
  const cells = [`p50 ${ms(delay.percentile(50))}`, `p99 ${ms(delay.percentile(99))}`, `max ${ms(delay.max)}`];
  console.log(`  ${name.padEnd(11)} loop ${cells.join(', ')}; signature p99 ${ms(latency.percentile(99))}`);
}

async function most(run: () => unknown): Promise<number> {
  const end = performance.now() + SECONDS * 1000;
  let made = 0;
  const worker = async () => {
    for (; performance.now() < end; made++) await run();
  };
  await Promise.all(Array.from({ length: WAITING }, worker));
  return made / SECONDS;
}

console.log(`RSA-4096 signatures, ${RATE}/s in groups of ${AT_ONCE}, ${SECONDS} s each:`);
for (const [name, run] of Object.entries(WAYS)) await steady(name, run);
const [here, beside] = [await most(WAYS['made here']), await most(WAYS['made aside'])];
console.log(
  `as many as there can be: here ${here.toFixed(0)}/s, aside ${beside.toFixed(0)}/s, ${(beside / here).toFixed(2)} times`,
);
