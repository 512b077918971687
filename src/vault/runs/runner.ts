import { fork, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import { wipe } from '../../bytes/bytes.ts';
import type { AskKeystead, KeysteadReply, KeysteadRequest } from '../master-keys/keystead-service.ts';
import type { FromAgent, Job, JobPlace, RunEvent, RunProblem, RunReport, ToAgent } from './job.ts';
import { ProgressBoard } from './progress-board.ts';
import { RUN_FLAGS } from './run-flags.ts';
import { CANCELLED, crashed } from './run-problem.ts';
import { Slots, type Slot } from './slots.ts';
import { wipeJob } from './wipe-job.ts';

/** How a run ended. */
export type RunEnd =
  | { readonly state: 'succeeded'; readonly report: RunReport }
  | { readonly state: 'failed' | 'cancelled'; readonly problem: RunProblem };

/** Where a run is. */
export interface RunProgress extends RunEvent {
  /** Seconds, where the whole is known. */
  readonly secondsLeft?: number;
  /** When it was told, milliseconds since 1970: a run tells four times a second as long as it gets on. */
  readonly atMs: number;
}

/** A run in flight. */
export interface StartedRun {
  /** Never rejects. */
  readonly ended: Promise<RunEnd>;
}

export interface RunnerOptions {
  /** How many slots there are for jobs: {@link Runner.take}. Each job may take half a gigabyte. 8 by default. */
  readonly maxRuns?: number;
  /** How long a run that was told to stop may take before its process is killed. */
  readonly graceMs?: number;
  /** What a run's process writes to its standard error: for the operator's log. */
  readonly onFault?: (runId: string, text: string) => void;
  /**
   * A folder that nobody else may write to, for code that is compiled once and not with every run. A run starts in a
   * third of the time with it.
   */
  readonly codeCacheFolder?: string;
  /** A folder by which other servers on this machine see how far runs are. */
  readonly progressFolder?: string;
  /** Further variables for the processes of runs. */
  readonly environment?: Readonly<Record<string, string>>;
}

interface InFlight {
  readonly child: ChildProcess;
  readonly ended: Promise<RunEnd>;
  progress: RunProgress | undefined;
  cancelled: boolean;
}

const AGENT = join(import.meta.dirname, `agent${extname(import.meta.filename)}`);
const MAX_RUNS = 8;
const MAX_FAULT_TEXT = 8_192;
/** What a run's process is given of the server's own variables: nothing that could be a secret or change its work. */
const PASSED_ON = ['PATH', 'TMPDIR', 'TZ', 'LANG', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'KEYSTEAD_FAULT'];
/**
 * Where the AWS SDK finds as whom a process runs: for a run that goes to its store, or asks its master key, as the server
 * itself, and no other.
 */
const LENT = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_EC2_METADATA_DISABLED',
  'HOME',
];

/** Runs jobs, each in a process of its own: a run cannot slow the server down, or take it along when it breaks. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #runs = new Map<string, InFlight>();
  readonly #slots: Slots;
  readonly #board: ProgressBoard | undefined;

  constructor(options: RunnerOptions = {}) {
    this.#options = options;
    this.#slots = new Slots(options.maxRuns ?? MAX_RUNS);
    const { progressFolder } = options;
    this.#board = progressFolder === undefined ? undefined : new ProgressBoard(progressFolder);
  }

  /**
   * Starts a job under a name. The secrets of the job are wiped once they are handed over. `keystead` answers what its
   * process asks of keys of this installation. The slot is its own from here on.
   */
  start(runId: string, job: Job, slot: Slot, keystead?: AskKeystead): StartedRun {
    if (this.#runs.has(runId)) throw new TypeError(`the run ${runId} is in flight already`);
    const { environment } = this.#options;
    // Where the server itself was told to keep compiled code, that is in its hands alone, too.
    const codeCacheFolder = process.env['NODE_COMPILE_CACHE'] ?? this.#options.codeCacheFolder;
    const isLent = [job, ...(job.before ? [job.before] : [])].some(usesOwnCredentials);
    const passed = [...PASSED_ON, ...(isLent ? LENT : [])].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    );
    const child = fork(AGENT, [], {
      serialization: 'advanced',
      env: {
        ...Object.fromEntries(passed),
        ...(codeCacheFolder !== undefined && { NODE_COMPILE_CACHE: codeCacheFolder }),
        ...environment,
      },
      execArgv: [...RUN_FLAGS],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const { promise: ended, resolve } = Promise.withResolvers<RunEnd>();
    const run: InFlight = { child, ended, progress: undefined, cancelled: false };
    this.#runs.set(runId, run);
    this.#follow(runId, run, job, slot.handOver(), resolve, keystead);
    return { ended };
  }

  /** A slot for a job of a tenant; `undefined`: it has to wait. */
  take(tenantId: string): Slot | undefined {
    return this.#slots.take(tenantId);
  }

  /** Whether a tenant's next run has to wait: {@link Slots.mustWait}. */
  mustWait(tenantId: string): boolean {
    return this.#slots.mustWait(tenantId);
  }

  /** How far a run is, here or in another process on this machine; `undefined` when it has not said anything yet. */
  progress(runId: string): RunProgress | undefined {
    const run = this.#runs.get(runId);
    return run ? run.progress : this.#board?.read(runId);
  }

  /** Asks a run to stop. It ends as `cancelled`, or as what it was when the word came too late. */
  cancel(runId: string): boolean {
    const run = this.#runs.get(runId);
    if (run === undefined) return false;
    run.cancelled = true;
    say(run.child, { type: 'cancel' });
    const kill = setTimeout(() => run.child.kill('SIGKILL'), this.#options.graceMs ?? 10_000);
    kill.unref();
    void run.ended.then(() => clearTimeout(kill));
    return true;
  }

  /** The process of a run in flight. */
  processOf(runId: string): number | undefined {
    return this.#runs.get(runId)?.child.pid;
  }

  /** Stops every run, and waits until their processes are gone. */
  async close(): Promise<void> {
    const ends = [...this.#runs.values()].map((run) => run.ended);
    for (const runId of this.#runs.keys()) this.cancel(runId);
    await Promise.all(ends);
  }

  #note(runId: string, run: InFlight, event: RunEvent): void {
    run.progress = { ...withTimeLeft(event), atMs: Date.now() };
    this.#board?.note(runId, run.progress);
  }

  #follow(
    runId: string,
    run: InFlight,
    job: Job,
    slot: Slot,
    resolve: (end: RunEnd) => void,
    keystead: AskKeystead | undefined,
  ): void {
    const { child } = run;
    let end: RunEnd | undefined;
    let fault = '';
    const over = (last: RunEnd): void => {
      wipeJob(job);
      if (!this.#runs.delete(runId)) return;
      slot.giveBack();
      this.#board?.clear(runId);
      if (fault !== '') this.#options.onFault?.(runId, fault);
      resolve(last);
    };
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => void (fault = (fault + text).slice(-MAX_FAULT_TEXT)));
    child.on('message', (message: FromAgent) => {
      if (message.type === 'ready') {
        say(child, { type: 'start', job });
        wipeJob(job);
      } else if (message.type === 'progress') this.#note(runId, run, message.event);
      else if (message.type === 'ask') void answer(child, message.id, message.request, keystead);
      else if (message.type === 'done') end = { state: 'succeeded', report: message.report };
      else end = { state: stateOf(run, message.problem), problem: message.problem };
    });
    child.on('error', (cause) => {
      fault += String(cause);
      if (child.pid === undefined) over(died(null, null));
    });
    child.on('close', (code, signal) => {
      over(end ?? (run.cancelled ? { state: 'cancelled', problem: CANCELLED } : died(code, signal)));
    });
  }
}

/** Answers a question of a run's process, and wipes what of it was secret. */
async function answer(
  child: ChildProcess,
  id: number,
  request: KeysteadRequest,
  keystead: AskKeystead | undefined,
): Promise<void> {
  const refused = { refused: { code: 'unreachable', keyId: request.keyId } } as const;
  const reply: KeysteadReply = (await keystead?.(request).catch(() => refused)) ?? refused;
  if (request.operation === 'wrap') wipe(request.dataKey);
  say(child, { type: 'answer', id, reply });
  if ('dataKey' in reply) wipe(reply.dataKey);
}

function stateOf(run: InFlight, problem: RunProblem): 'failed' | 'cancelled' {
  return run.cancelled && problem.code === 'cancelled' ? 'cancelled' : 'failed';
}

function died(exitCode: number | null, signal: string | null): RunEnd {
  return { state: 'failed', problem: crashed(exitCode, signal) };
}

/** A process that is gone hears nothing; that it is gone is told by its end. */
function say(child: ChildProcess, message: ToAgent): void {
  if (child.connected) child.send(message, () => undefined);
}

/** Whether a place is reached as whom the server itself is, at least to assume a role. */
function usesOwnCredentials({ storage, masterKeys }: JobPlace): boolean {
  if (storage.type === 'bucket' && storage.credentials === 'environment') return true;
  return masterKeys.some((key) => key.provider === 'aws-kms' && key.credentials === 'environment');
}

function withTimeLeft(event: RunEvent): Omit<RunProgress, 'atMs'> {
  const { totalBytes, bytes, rate } = event;
  if (totalBytes === undefined || rate <= 0) return event;
  return { ...event, secondsLeft: Math.max(0, Math.round((totalBytes - bytes) / rate)) };
}
