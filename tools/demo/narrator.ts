import { styleText } from 'node:util';
import { ProgressBar, type Advance } from '../../src/cli/progress.ts';

/** What a step found out: one sentence for people, facts for programs. */
export interface Told {
  readonly text: string;
  readonly facts?: { readonly [name: string]: unknown };
}

/** A step did not come out as it must. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** @throws {DemoError} when what must be so is not so */
export function require(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new DemoError(otherwise);
}

/** Tells each step in one line, with a progress bar where it takes time; as JSON lines for programs. */
export class Narrator {
  readonly #isJson: boolean;
  readonly #count: number;
  #number = 0;
  #title = '';
  #isStopped = false;

  constructor(isJson: boolean, count: number) {
    this.#isJson = isJson;
    this.#count = count;
  }

  async step(title: string, run: () => Promise<Told>): Promise<void> {
    this.#number++;
    this.#title = title;
    const startedMs = performance.now();
    const { text, facts } = await run();
    const ms = Math.round(performance.now() - startedMs);
    if (this.#isJson) this.#json({ step: this.#number, title, ok: true, text, ms, ...facts });
    else process.stdout.write(`${this.#head('green', '✓')} ${text}\n`);
  }

  /** A bar for something that takes time. */
  progress(label: string): { update(advance: Advance): void; finish(): void } {
    const host = { stderr: process.stderr };
    const bar = new ProgressBar({ host, output: { isJson: this.#isJson }, label, unit: 'bytes' });
    return bar;
  }

  end(): void {
    if (!this.#isJson) process.stdout.write(`\n${styleText('green', `All ${this.#count} steps happened.`)}\n`);
  }

  /** Told to stop: what fails from now on fails for that reason, and is not told. */
  stopped(): void {
    this.#isStopped = true;
    process.stderr.write('Stopped.\n');
  }

  failed(error: unknown): void {
    if (this.#isStopped) return;
    const message = error instanceof Error ? error.message : String(error);
    const [step, title] = [this.#number, this.#title];
    if (this.#isJson) this.#json({ step, title, ok: false, text: message });
    else process.stdout.write(`${this.#head('red', '✗')} ${message}\n`);
    if (!(error instanceof DemoError)) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  }

  #head(colour: 'green' | 'red', mark: string): string {
    const number = String(this.#number).padStart(String(this.#count).length);
    return `${styleText('dim', number)} ${styleText(colour, mark)} ${styleText('bold', this.#title)}:`;
  }

  #json(line: object): void {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
