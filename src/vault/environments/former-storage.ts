import type { KnownHead } from '../index-cache.ts';
import { EnvironmentError } from './environment-error.ts';
import type { Environment, EnvironmentWriter, FormerStorage } from './environment.ts';
import { isSameSet } from './next-master-keys.ts';
import type { SnapshotChoice } from '../recovery/choose-snapshot.ts';
import type { EnvironmentStorage } from './storage.ts';

/** An environment as it stood at a place that it has left: what is read there is read like this. */
export function atFormer(environment: Environment, former: FormerStorage): Environment {
  const { nextMasterKeys: _, ...rest } = environment;
  const { storage, masterKeys, nextMasterKeys, writer, vaultId, heads, identity } = former;
  return {
    ...rest,
    storage,
    masterKeys,
    ...(nextMasterKeys && { nextMasterKeys }),
    writer,
    vaultId,
    heads,
    ...(identity && { identity }),
  };
}

/** Every place that an environment has or had, as it stands there: the present one first, then the others, newest first. */
export function placesOf(environment: Environment): readonly Environment[] {
  return [environment, ...environment.formerStorages.map((former) => atFormer(environment, former)).toReversed()];
}

/** The environment at the place where a vault of its lies. @throws {EnvironmentError} `place-not-found` */
export function atVault(environment: Environment, vaultId: string): Environment {
  const found = placesOf(environment).find((place) => place.vaultId === vaultId);
  if (found !== undefined) return found;
  const known = placesOf(environment).flatMap((place) => place.vaultId ?? []);
  throw new EnvironmentError(
    'place-not-found',
    `This environment has no vault ${vaultId}, here or at a place it has left: it has ${known.join(', ') || 'none yet'}`,
  );
}

/** The places that were left and that other master keys open than those of the environment, or may still open. */
export function underOtherKeys({ masterKeys, formerStorages }: Environment): readonly FormerStorage[] {
  return formerStorages.filter(
    (former) => former.nextMasterKeys !== undefined || !isSameSet(masterKeys, former.masterKeys),
  );
}

/** What to do about a place that is under other master keys than the environment. */
export function adviceFor({ vaultId, masterKeys, nextMasterKeys = [], writer }: FormerStorage): string {
  const keys = [...new Set([...masterKeys, ...nextMasterKeys].map(({ keyId }) => keyId))].join(', ');
  const what = `The vault ${vaultId}, where backups went before, still needs ${keys}: keep that as long as its snapshots are wanted`;
  return writer.privateKey === undefined
    ? `${what}. It was imported without its signing key, so nothing in it can be wrapped anew`
    : `${what}, or have it wrapped for the present master keys: "keystead vault rewrap <environment> --former ${vaultId}"`;
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

/** Changes what is known of a place that was left. */
export function withFormer(
  environment: Environment,
  vaultId: string,
  change: (former: FormerStorage) => FormerStorage,
): Environment {
  const index = environment.formerStorages.findIndex((former) => former.vaultId === vaultId);
  const former = environment.formerStorages[index];
  if (former === undefined) return environment;
  return { ...environment, formerStorages: environment.formerStorages.with(index, change(former)) };
}

/** Keeps the newest heads of a vault that the environment has left; the same environment when nothing is new. */
export function withFormerHeads(environment: Environment, vaultId: string, heads: readonly KnownHead[]): Environment {
  const former = environment.formerStorages.find((one) => one.vaultId === vaultId);
  if (former === undefined || JSON.stringify(former.heads) === JSON.stringify(heads)) return environment;
  return withFormer(environment, vaultId, (before) => ({ ...before, heads }));
}

/** A place that was left has come to its next master keys. */
export function rewrappedFormer(environment: Environment, vaultId: string): Environment {
  return withFormer(environment, vaultId, ({ nextMasterKeys, ...former }) => ({
    ...former,
    masterKeys: nextMasterKeys ?? former.masterKeys,
  }));
}

/** Nothing is left at a place that was left: the clock looks after it no more. */
export function emptiedFormer(environment: Environment, vaultId: string, nowMs: number): Environment {
  return withFormer(environment, vaultId, (former) => ({ emptiedAtMs: nowMs, ...former }));
}

/** Keeps the newest heads of the vault at one of an environment's places. */
export function withHeads(
  environment: Environment,
  place: Environment | undefined,
  heads: readonly KnownHead[],
  nowMs: number,
): Environment {
  const isFormer = environment.formerStorages.some(({ vaultId }) => vaultId === place?.vaultId);
  if (place === undefined || !isFormer) return { ...environment, heads, updatedAtMs: nowMs };
  return { ...withFormerHeads(environment, place.vaultId as string, heads), updatedAtMs: nowMs };
}
