import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Starts threads that load a native package, and ends each at another moment of that: in a process of its own, which must live. */
const PROGRAM = `
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { endThread } from ${JSON.stringify(new URL('./end-thread.ts', import.meta.url).href)};
const thread = \`
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (message) => {
    if (message === 'end') return parentPort.close();
    require(${JSON.stringify(fileURLToPath(import.meta.resolve('koffi')))}).load(null);
  });
  parentPort.postMessage('there');\`;
for (let i = 0; i < 40; i++) {
  const worker = new Worker(thread, { eval: true, execArgv: [] });
  await once(worker, 'message');
  worker.postMessage('load');
  for (const untilMs = performance.now() + (i % 10); performance.now() < untilMs; );
  await endThread(worker);
  await endThread(worker);
}
process.stdout.write('lives');
`;

it('ends a thread that loads a native package, and the process lives', () => {
  const words = ['--input-type=module', '--eval', PROGRAM];
  expect(execFileSync(process.execPath, words, { encoding: 'utf8' })).toBe('lives');
});
