import type { KnownHead } from '../index-cache.ts';
import type { Environment, EnvironmentWriter, FormerStorage } from './environment.ts';
import type { SnapshotChoice } from '../recovery/choose-snapshot.ts';
import type { EnvironmentStorage } from './storage.ts';

/** An environment as it stood at a place that it has left: what is read there is read like this. */
export function atFormer(environment: Environment, former: FormerStorage): Environment {
  const { nextMasterKeys: _, ...rest } = environment;
  const { storage, masterKeys, writer, vaultId, heads, identity } = former;
  return { ...rest, storage, masterKeys, writer, vaultId, heads, ...(identity && { identity }) };
}

/** Every place that an environment has or had, as it stands there: the present one first, then the others, newest first. */
export function placesOf(environment: Environment): readonly Environment[] {
  return [environment, ...environment.formerStorages.map((former) => atFormer(environment, former)).toReversed()];
}

/**
 * The environment at the place where what is chosen lies: a snapshot's id begins with the id of its writer, a time is one
 * at which backups went to some place, and the newest is where they go now, once one has come to be there.
 */
export function atChoice(environment: Environment, { snapshotId, atMs }: SnapshotChoice): Environment {
  const { formerStorages } = environment;
  if (snapshotId !== undefined) {
    const [writer] = snapshotId.split('-');
    const isThere = (place: Environment) =>
      place.writer.id === writer || place.heads.some((head) => head.writer === writer);
    return placesOf(environment).find(isThere) ?? environment;
  }
  const last = environment.vaultId === undefined ? formerStorages.at(-1) : undefined;
  const then = atMs === undefined ? undefined : formerStorages.find(({ leftAtMs }) => atMs < leftAtMs);
  const former = then ?? last;
  return former === undefined ? environment : atFormer(environment, former);
}

/**
 * Moves an environment to another place. What lies at the old one stays listed, restorable and managed from there, under
 * the signing key and the master keys that it has; the new place gets a signing key of its own, so that no snapshot is
 * ever named twice. A place where no backup has come to be is simply left.
 */
export function movedTo(
  environment: Environment,
  storage: EnvironmentStorage,
  writer: EnvironmentWriter,
  nowMs: number,
): Environment {
  const { vaultId, ...rest } = environment;
  const moved = { ...rest, storage, updatedAtMs: nowMs };
  if (vaultId === undefined) return moved;
  const { storage: left, masterKeys, writer: leftWriter, heads } = environment;
  const former = { storage: left, masterKeys, writer: leftWriter, vaultId, heads, leftAtMs: nowMs };
  return { ...moved, writer, heads: [], formerStorages: [...environment.formerStorages, former] };
}

/** Keeps the newest heads of a vault that the environment has left; the same environment when nothing is new. */
export function withFormerHeads(environment: Environment, vaultId: string, heads: readonly KnownHead[]): Environment {
  const index = environment.formerStorages.findIndex((former) => former.vaultId === vaultId);
  const former = environment.formerStorages[index];
  if (former === undefined || JSON.stringify(former.heads) === JSON.stringify(heads)) return environment;
  return { ...environment, formerStorages: environment.formerStorages.with(index, { ...former, heads }) };
}
