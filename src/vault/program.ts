import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** How much of what a program writes is kept: its end, where it says why it failed. */
const TAIL_BYTES = 4096;
/** How long a program that was told to end may take, before it is killed. */
const GRACE_MS = 3_000;

export interface ProgramOptions {
  /** A name that is looked for in PATH, or an absolute path; and its arguments. No shell sees them. */
  readonly command: string;
  readonly args: readonly string[];
  /** All of its variables: nothing is handed down. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Whether somebody reads its standard output; else its end is kept beside that of the standard error. */
  readonly output: 'stream' | 'tail';
  /** Whether somebody writes to its standard input; else that is empty. */
  readonly input?: boolean;
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Absent where a signal ended it, or where it never ran. */
  readonly exitCode?: number;
  readonly signal?: string;
  /** Why it never ran: `ENOENT`, `EACCES`. */
  readonly failure?: string;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The last of what it wrote, as text. */
  readonly tail: string;
}

export interface Program {
  /** There with `output: 'stream'`. */
  readonly stdout: Readable | null;
  /** There with `input`. */
  readonly stdin: Writable | null;
  /** Never rejects. Comes when the program is gone and its output is read. */
  readonly ended: Promise<ProgramEnd>;
  /** Asks it to end, with everything that it started. */
  stop(): void;
}

/** Starts a program in a process group of its own, so that what it starts in turn ends with it. */
export function startProgram(options: ProgramOptions): Program {
  const { command, args, environment, signal, timeoutMs } = options;
  const isStream = options.output === 'stream';
  const startedMs = performance.now();
  const child = spawn(command, args, {
    env: environment,
    detached: true,
    stdio: [options.input === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  const tail = new Tail();
  child.stderr?.on('data', (bytes: Buffer) => tail.add(bytes));
  if (!isStream) child.stdout?.on('data', (bytes: Buffer) => tail.add(bytes));
  // A program that ends early closes its input; that it did is told by its end.
  child.stdin?.on('error', () => undefined);

  let timedOut = false;
  let failure: string | undefined;
  let kill: NodeJS.Timeout | undefined;
  const signalGroup = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // All of it is gone already.
    }
  };
  const stop = (): void => {
    if (kill !== undefined || child.exitCode !== null || child.signalCode !== null) return;
    signalGroup('SIGTERM');
    kill = setTimeout(() => signalGroup('SIGKILL'), GRACE_MS);
  };
  const timer = setTimer(timeoutMs, () => {
    timedOut = true;
    stop();
  });
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();

  const { promise: ended, resolve } = Promise.withResolvers<ProgramEnd>();
  child.on('error', (error: NodeJS.ErrnoException) => (failure ??= error.code ?? error.name));
  child.on('close', (exitCode, endSignal) => {
    clearTimeout(timer);
    clearTimeout(kill);
    signal?.removeEventListener('abort', stop);
    resolve({
      ...(exitCode !== null && failure === undefined && { exitCode }),
      ...(endSignal !== null && { signal: endSignal }),
      ...(failure !== undefined && { failure }),
      timedOut,
      durationMs: Math.round(performance.now() - startedMs),
      tail: tail.text(),
    });
  });
  return { stdout: isStream ? child.stdout : null, stdin: child.stdin, ended, stop };
}

/** How a program ended, in a few words: `ended with exit code 3`. */
export function endingOf({ exitCode, signal, failure, timedOut, durationMs }: ProgramEnd): string {
  if (failure !== undefined) return `could not be started (${failure})`;
  if (timedOut) return `was stopped after ${Math.round(durationMs / 1000)} seconds`;
  return exitCode === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${exitCode}`;
}

function setTimer(timeoutMs: number | undefined, act: () => void): NodeJS.Timeout | undefined {
  return timeoutMs === undefined ? undefined : setTimeout(act, timeoutMs);
}

class Tail {
  #bytes = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]).subarray(-TAIL_BYTES);
  }

  /** Without what a terminal would obey. */
  text(): string {
    return this.#bytes
      .toString('utf8')
      .replace(/[^\P{Cc}\n\t]/gu, '')
      .trim();
  }
}
