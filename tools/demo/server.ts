import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { DemoError } from './narrator.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const run = promisify(execFile);

/** A server of the demo, as a process of its own. */
export interface DemoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Runs a command of `keystead` (of another checkout, where its `main` is given) and answers what it printed. */
export async function runKeystead(
  environment: Record<string, string>,
  words: readonly string[],
  main = MAIN,
): Promise<string> {
  const { stdout } = await run(process.execPath, [main, ...words], { env: { ...process.env, ...environment } });
  return stdout;
}

/** Starts `keystead serve` (of another checkout, where its `main` is given) and waits until it says where it listens. */
export async function startServer(environment: Record<string, string>, main = MAIN): Promise<DemoServer> {
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const serving = new Promise<string>((found) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, url } = parse(line);
      if (msg === 'serving' && typeof url === 'string') found(url);
    });
  });
  const url = await Promise.race([
    serving,
    exited.then(() => {
      throw new DemoError('the server ended before it listened: its log above says why');
    }),
  ]);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function parse(line: string): { msg?: unknown; url?: unknown } {
  try {
    return JSON.parse(line) as object;
  } catch {
    return {};
  }
}
