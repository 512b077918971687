import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process a run belongs to. */
export interface RunOwner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, in the kernel's ticks since it booted: a process id alone comes to mean another one. */
  readonly startTicks: string;
  /** The boot of the machine, so that ticks can be compared. */
  readonly boot: string;
}

/** This process. */
export function thisOwner(): RunOwner {
  return { host: hostname(), pid: process.pid, startTicks: startTicks(process.pid) ?? '', boot: boot() };
}

/**
 * Whether an owner is known to be gone. All servers of a database are on one machine, so one of another boot is. One of
 * another host name is not known to be: containers have names and process ids of their own.
 */
export function isGone(owner: RunOwner): boolean {
  if (owner.boot !== boot()) return true;
  if (!isOfThisHost(owner)) return false;
  return startTicks(owner.pid) !== owner.startTicks;
}

/** Whether it can be seen from here if an owner is alive. */
export function isOfThisHost({ host }: RunOwner): boolean {
  return host === hostname();
}

function boot(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** proc(5), /proc/pid/stat field 22. The name of the program before it may hold anything, in parentheses. */
function startTicks(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return alive(pid) ? '' : undefined;
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Where there is no /proc. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
