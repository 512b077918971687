import type { Environment } from '../environments/environment.ts';
import { EnvironmentError } from '../environments/environment-error.ts';
import type { Keeping } from './keeping-settings.ts';

const DAY_MS = 24 * 3_600_000;
/** How long the word of the first of two people counts. */
const RELEASE_EXPIRES_MS = 7 * DAY_MS;

/** Somebody, as far as it matters that two people are two. */
export interface Somebody {
  /** The same for all credentials, sessions and assumed roles of one person. */
  readonly principalId: string;
  /** ARN. */
  readonly arn: string;
}

/** Asked for by one person, and carried out when another one confirms it by this id. */
export interface ReleaseRequest {
  readonly id: string;
  readonly by: Somebody;
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
}

/** What an environment must not lose, whatever rules and people say, until two people release it. */
export interface LegalHold {
  /** 32 hexadecimal digits; the store has it under the same. */
  readonly id: string;
  /** Ids of snapshots; none: everything of the environment, also what is yet to come. */
  readonly snapshots: readonly string[];
  /** Why. It stays out of the store. */
  readonly reason: string;
  readonly placedBy: Somebody;
  readonly placedAtMs: number;
  readonly release?: ReleaseRequest;
  readonly released?: { readonly requestedBy: Somebody; readonly confirmedBy: Somebody; readonly atMs: number };
}

/** @throws {EnvironmentError} `hold-not-found`, `hold-released` */
function requireHold({ id: environment, holds = [] }: Environment, id: string): LegalHold {
  const hold = holds.find((one) => one.id === id);
  if (hold === undefined) {
    throw new EnvironmentError('hold-not-found', `The environment ${environment} has no legal hold ${id}. List them`);
  }
  if (hold.released === undefined) return hold;
  throw new EnvironmentError('hold-released', `The legal hold ${id} was released already`);
}

function withHold(environment: Environment, hold: LegalHold): Environment {
  const others = (environment.holds ?? []).filter(({ id }) => id !== hold.id);
  return { ...environment, holds: [...others, hold] };
}

/** Places a hold. It counts from the record on. */
export function placeHold(environment: Environment, hold: Omit<LegalHold, 'release' | 'released'>): Environment {
  return withHold(environment, hold);
}

/**
 * Asks for a release: the first of two words. Asked for again, by whomever, the newest request counts alone.
 *
 * @throws {EnvironmentError} `hold-not-found`, `hold-released`
 */
export function requestRelease(
  environment: Environment,
  holdId: string,
  request: Omit<ReleaseRequest, 'expiresAtMs'>,
): Environment {
  const hold = requireHold(environment, holdId);
  const release = { ...request, expiresAtMs: request.requestedAtMs + RELEASE_EXPIRES_MS };
  return withHold(environment, { ...hold, release });
}

/** Takes a request back, whoever made it. @throws {EnvironmentError} `hold-not-found`, `hold-released` */
export function withdrawRelease(environment: Environment, holdId: string): Environment {
  const { release: _, ...hold } = requireHold(environment, holdId);
  return withHold(environment, hold);
}

/**
 * Releases a hold: the second word, by another person than the first, about that very request.
 *
 * @throws {EnvironmentError} `release-missing`: there is no such request any more; `second-person-missing`
 */
export function confirmRelease(
  environment: Environment,
  holdId: string,
  releaseId: string,
  by: Somebody,
  nowMs: number,
): Environment {
  const { release, ...hold } = requireHold(environment, holdId);
  if (release?.id !== releaseId || nowMs >= release.expiresAtMs) {
    throw new EnvironmentError(
      'release-missing',
      `Nobody asks for the release ${releaseId} of this hold, or not any more: it counts for seven days. Have it asked for anew`,
    );
  }
  if (release.by.principalId === by.principalId) {
    throw new EnvironmentError(
      'second-person-missing',
      'Who asked for the release cannot confirm it, under whatever credential or role. Have another person confirm it',
    );
  }
  return withHold(environment, { ...hold, released: { requestedBy: release.by, confirmedBy: by, atMs: nowMs } });
}

/** What a run is handed of an environment. */
export function keepingOf({ retention, holds = [] }: Environment): Keeping {
  return {
    ...(retention && { retention }),
    holds: holds.map(({ id, snapshots, released }) => ({
      hold: id,
      snapshots,
      state: released === undefined ? 'held' : 'released',
    })),
  };
}
