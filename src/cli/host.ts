import { watchResults } from './results.ts';

/** What the CLI sees of the machine. Tests hand in their own. */
export interface CliHost {
  readonly env: { readonly [name: string]: string | undefined };
  readonly stdout: Terminal;
  readonly stderr: Terminal;
}

/** A stream to write to, and whether a person looks at it. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The process's own environment and streams. */
export function processHost(): CliHost {
  watchResults(process.stdout);
  // Nobody is left to be told.
  process.stderr.on('error', () => undefined);
  return { env: process.env, stdout: process.stdout, stderr: process.stderr };
}
