import { KeysteadChannel } from './channel.ts';
import type { FromAgent, ToAgent } from './job.ts';
import { perform } from './perform.ts';
import { problemOf } from './run-problem.ts';

/**
 * The process of one run. It takes one job over its channel, does it, tells how far it is and what came of it, and
 * ends. When whoever started it goes away, it stops by itself: nobody could take its report.
 */
const abort = new AbortController();

function tell(message: FromAgent): Promise<void> {
  return new Promise((done) => {
    if (!process.connected) return done();
    process.send?.(message, undefined, undefined, () => done());
  });
}

const channel = new KeysteadChannel(tell);

async function run(job: Extract<ToAgent, { type: 'start' }>['job']): Promise<void> {
  try {
    const report = await perform(job, {
      signal: abort.signal,
      onProgress: (event) => void tell({ type: 'progress', event }),
      keystead: channel.ask,
    });
    await tell({ type: 'done', report });
  } catch (error) {
    await tell({ type: 'failed', problem: problemOf(error) });
    // Whoever runs the server may look for what no text for people says.
    if (problemOf(error).code === 'internal') process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
  }
  process.disconnect?.();
}

process.on('message', (message: ToAgent) => {
  if (message.type === 'cancel') abort.abort();
  else if (message.type === 'answer') channel.answer(message.id, message.reply);
  else void run(message.job);
});
process.on('disconnect', () => {
  abort.abort();
  channel.end();
  // Work that does not see the signal must not outlive the server: it holds keys that nobody can take back.
  setTimeout(() => process.exit(1), 2_000).unref();
});
void tell({ type: 'ready' });
