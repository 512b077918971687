import type { AskKeystead } from '../master-keys/keystead-service.ts';
import type { Repository } from '../repository.ts';
import type { Job, RunEvent, RunReport, RunResult, Work } from './job.ts';

/** How a job is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (event: RunEvent) => void;
  /** Where a file that is read goes; absent where nobody takes one. */
  readonly output?: NodeJS.WritableStream;
  /** Asks for keys of this installation; absent where there is no server. */
  readonly keystead?: AskKeystead;
  /** Opens the vault of `job.before`, for as long as it is used; absent where the job has none. */
  readonly before?: <T>(use: (repository: Repository) => Promise<T>) => Promise<T>;
}

/** How one kind of work is done. */
export interface Performer<Kind extends Work['kind']> {
  /** Whether it signs what it writes, and so is handed the signing key. */
  readonly signs: boolean;
  /** Whether it makes the vault where there is none yet. */
  readonly makesVault?: true;
  /**
   * It takes the vault away: where none is left, an attempt that was cut off right behind that has done it. It stands on
   * nothing that this machine knows, of which the half of it would seem rolled back.
   */
  readonly endsVault?: true;
  /** What comes of it where no backup has made the vault yet; absent: that is an error, but for who makes it. */
  readonly empty?: RunResult;
  readonly run: (
    repository: Repository,
    work: Extract<Work, { kind: Kind }>,
    job: Job,
    watch: Watch,
  ) => Promise<Pick<RunReport, 'heads' | 'result' | 'answer'>>;
}
