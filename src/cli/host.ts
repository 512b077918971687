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
  // Whoever reads our output may stop reading: `keystead key list | head -1`.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return { env: process.env, stdout: process.stdout, stderr: process.stderr };
}
