/** Named places at which a test may kill the process, to see what a crash there leaves behind. */
export type FaultPoint =
  | 'vault.after-pack'
  | 'vault.after-index'
  | 'vault.before-manifest'
  | 'vault.restore-mid-file'
  | 'vault.restore-after-file'
  | 'keeping.after-mark'
  | 'keeping.after-tombstone'
  | 'keeping.after-manifest'
  | 'keeping.after-delete'
  | 'keeping.before-unmark'
  | 'keeping.after-copy'
  | 'keeping.after-replacement'
  | 'keeping.after-retired'
  | 'keeping.after-envelope'
  | 'keeping.after-emptied'
  | 'keeping.before-descriptor';

/** Asked once: a process begins with it, and each look at its environment is a call of the system's library. */
const wanted = process.env['KEYSTEAD_FAULT'];
let remaining: number | undefined;

/** Kills its own process at the `count`-th visit when `KEYSTEAD_FAULT=<point>[:count]` names this point. */
export function faultPoint(point: FaultPoint): void {
  if (!wanted?.startsWith(point)) return;
  const [name, count] = wanted.split(':');
  if (name !== point) return;
  remaining = (remaining ?? Number(count ?? 1)) - 1;
  if (remaining === 0) process.kill(process.pid, 'SIGKILL');
}
