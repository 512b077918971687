import type { Environment } from '../vault/environments/environment.ts';
import { isSameMasterKey } from '../vault/master-keys/master-key.ts';
import type { KeyWatch } from '../vault/key-watch/key-watch.ts';
import { isUsable } from '../vault/key-watch/key-watch.ts';
import { PRESENT, type Schedule, type ScheduledTask } from '../vault/schedules/schedule.ts';

/**
 * The places of an environment that a task looks after, in turn: the one where backups go now, then those that it has left
 * and that hold something yet, newest first. A backup goes to the present one alone.
 */
export function placesFor({ formerStorages }: Environment, { kind }: ScheduledTask): readonly string[] {
  if (kind === 'backup') return [PRESENT];
  const left = formerStorages.filter(
    // One that was imported has no key here that signs: it is verified, and nothing can be taken away from it.
    ({ emptiedAtMs, writer }) => emptiedAtMs === undefined && (kind === 'verify' || writer.privateKey !== undefined),
  );
  return [PRESENT, ...left.map(({ vaultId }) => vaultId).toReversed()];
}

/**
 * What is still to be looked after for a time that is due, the next place first. A place that was left and whose master key
 * says no is passed over: people know of the key, and the others do not wait for it.
 */
export function restOfRound(
  environment: Environment,
  { task, waiting }: Pick<Schedule, 'task' | 'waiting'>,
  watch: KeyWatch | undefined,
): readonly string[] {
  const known = placesFor(environment, task);
  const wanted = waiting?.rest === undefined ? known : waiting.rest.filter((place) => known.includes(place));
  const isOpen = (vaultId: string): boolean => {
    const keys = environment.formerStorages.find((former) => former.vaultId === vaultId)?.masterKeys ?? [];
    const found = keys.map((key) => watch?.keys.find((one) => isSameMasterKey(one, key)));
    return found.every((key) => key === undefined || isUsable(key));
  };
  return wanted.filter((place) => place === PRESENT || isOpen(place));
}
