import { Writable } from 'node:stream';
import { expect } from 'vitest';
import { runCli } from './run.ts';

/** What a command line came to. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Keeps what is written to it. */
export class Captured extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // A copy: once it is told that it was written, what it came from may be wiped.
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/** Runs a command line in this process, with an environment and streams of its own. */
export async function cli(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  const stdout = new Captured();
  const stderr = new Captured();
  const exitCode = await runCli(args, { env, stdout, stderr });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** The JSON objects of an output, one a line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What a command that succeeds says with `--json`: the objects of its output. Nothing may stand on stderr. */
export async function answersOf(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Record<string, unknown>[]> {
  const { exitCode, stdout, stderr } = await cli(env, ...args, '--json');
  expect([exitCode, stderr]).toEqual([0, '']);
  return jsonLines(stdout);
}
