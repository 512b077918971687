import type { CliHost } from './host.ts';
import type { Output } from './output.ts';

/** How far something has come. */
export interface Advance {
  readonly done: number;
  /** Absent where nobody knows yet. */
  readonly total?: number;
}

export interface ProgressOptions {
  readonly host: Pick<CliHost, 'stderr'>;
  readonly output: Pick<Output, 'isJson'>;
  /** `Backing up`. */
  readonly label: string;
  /** Bytes are shown in KiB, MiB, GiB; anything else is counted in this word. */
  readonly unit: 'bytes' | (string & {});
  /** Milliseconds that never go back. For tests. */
  readonly nowMs?: () => number;
}

const REDRAW_MS = 100;
const PLAIN_MS = 5000;
const BAR_WIDTH = 24;
const RESET_LINE = '\r\u001b[2K';

/**
 * Shows progress on standard error: a bar with rate and time left to a person at a terminal, a plain line now and then
 * to a file or a log, nothing at all with `--json`. Call {@link update} as often as you like; it draws when it is time.
 */
export class ProgressBar {
  readonly #options: ProgressOptions;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #drawnMs: number;
  #last: Advance = { done: 0 };

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#startedMs = this.#nowMs();
    this.#drawnMs = this.#startedMs - (options.host.stderr.isTTY === true ? REDRAW_MS : 0);
  }

  update(advance: Advance): void {
    const { host, output } = this.#options;
    this.#last = advance;
    if (output.isJson) return;
    const isTerminal = host.stderr.isTTY === true;
    const nowMs = this.#nowMs();
    if (nowMs - this.#drawnMs < (isTerminal ? REDRAW_MS : PLAIN_MS)) return;
    this.#drawnMs = nowMs;
    host.stderr.write(isTerminal ? RESET_LINE + this.#bar() : `${this.#line()}\n`);
  }

  /** Takes the bar away and leaves one line that tells the whole. */
  finish(): void {
    const { host, output, label } = this.#options;
    if (output.isJson) return;
    const seconds = this.#seconds();
    const { done } = this.#last;
    const text = `${label}: ${this.#amount(done)} in ${duration(seconds)} (${this.#amount(rate(done, seconds))}/s)`;
    host.stderr.write(`${host.stderr.isTTY === true ? RESET_LINE : ''}${text}\n`);
  }

  #bar(): string {
    const { done, total } = this.#last;
    const { label, host } = this.#options;
    if (total === undefined || total === 0) return fit(this.#line(), host.stderr.columns);
    const filled = Math.round(BAR_WIDTH * Math.min(1, done / total));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    return fit(`${label} ${bar} ${this.#facts()}`, host.stderr.columns);
  }

  #line(): string {
    return `${this.#options.label}: ${this.#facts()}`;
  }

  #facts(): string {
    const { done, total } = this.#last;
    const perSecond = rate(done, this.#seconds());
    const speed = `${this.#amount(perSecond)}/s`;
    if (total === undefined || total === 0) return `${this.#amount(done)}, ${speed}`;
    const percent = Math.floor((100 * Math.min(done, total)) / total);
    const left = perSecond > 0 && done < total ? `, ${duration((total - done) / perSecond)} left` : '';
    return `${percent}% ${this.#amount(done)} of ${this.#amount(total)}, ${speed}${left}`;
  }

  #amount(count: number): string {
    return this.#options.unit === 'bytes' ? bytes(count) : `${Math.round(count)} ${this.#options.unit}`;
  }

  #seconds(): number {
    return (this.#nowMs() - this.#startedMs) / 1000;
  }
}

/** `1536` as `1.5 KiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const scaled = count / 1024 ** power;
  return `${power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power] as string}`;
}

/** `75` as `1m 15s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${whole % 60}s` : `${whole}s`;
}

function rate(count: number, seconds: number): number {
  return count / Math.max(seconds, 0.001);
}

/** Keeps a line on one row, so that the next one can take its place. */
function fit(text: string, columns = 80): string {
  return text.length < columns ? text : text.slice(0, columns - 1);
}
