import { spawnSync } from 'node:child_process';

export interface Measured {
  /** User and system seconds of the process with all of its threads. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Peak of resident memory, MiB. */
  readonly peakMiB: number;
  readonly stdout: string;
}

// The kernel's account of a finished child, which Node does not hand out.
const WRAPPER = `
import json, resource, subprocess, sys, time
start = time.time()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"cpuSeconds": usage.ru_utime + usage.ru_stime, "wallSeconds": time.time() - start,
  "peakMiB": usage.ru_maxrss / 1024, "code": done.returncode, "stdout": done.stdout.decode()}))
`;

/** Runs a program and says what it cost. Throws when it fails. */
export function measure(command: readonly string[], env: NodeJS.ProcessEnv = {}): Measured {
  const { stdout, status } = spawnSync('python3', ['-c', WRAPPER, ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  const result = status === 0 ? (JSON.parse(stdout.toString()) as Measured & { code: number }) : undefined;
  if (result?.code !== 0) throw new Error(`${command.join(' ')} failed: ${result?.stdout ?? 'python3 is missing'}`);
  return result;
}

/** Whether a program is on PATH. */
export function isOnPath(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
