import type { KeysteadClient } from '@keystead/sdk';
import type { Config } from '../config/config.ts';
import type { ExitName } from './exit-codes.ts';
import type { CliHost } from './host.ts';
import type { Output } from './output.ts';

/** An option or an argument: how it is written, and what it is for. */
export type Row = readonly [flags: string, about: string];

/** What was given on the command line, by the long name of the option or the name of the argument. */
export class Given {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  /** What must be there: commander sees to that. */
  text(name: string): string {
    return this.#values.get(name) as string;
  }

  optional(name: string): string | undefined {
    return this.#values.get(name) as string | undefined;
  }

  list(name: string): readonly string[] {
    return (this.#values.get(name) as readonly string[] | undefined) ?? [];
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }
}

/** What a command works with. Client and configuration are made when they are asked for. */
export interface Session {
  readonly host: CliHost;
  readonly output: Output;
  readonly given: Given;
  /** `fetch`: another way to send and receive. @throws {CliError} no API key was given */
  readonly client: (fetch?: typeof globalThis.fetch) => KeysteadClient;
  /** The address of the server. @throws {CliError} it is none that an API key may be sent to */
  readonly url: () => string;
  /** @throws {ConfigError} */
  readonly config: () => Config;
}

/** What a command needs, and so which common options it takes. */
export type Reach = 'remote' | 'data' | 'none';

/** A command as a value. */
export interface CliCommand {
  /** `tenant region add`. */
  readonly path: string;
  readonly summary: string;
  /** `remote` talks to a server, `data` works on the data folder of this machine. */
  readonly reach: Reach;
  /** `<name>` must be given, `[name]` may, `[name...]` takes several. */
  readonly arguments?: readonly Row[];
  /** `--region <name>`, `--all`; `--checkpoint <file...>` takes several. */
  readonly options?: readonly Row[];
  /** Settings in the environment that the command goes by, for its help. */
  readonly settings?: readonly Row[];
  readonly requiredOptions?: readonly Row[];
  /** Without the program's name. At least one. */
  readonly examples: readonly string[];
  /** Answers how it ended, where that is not `ok`. */
  readonly run: (session: Session) => Promise<ExitName | void>;
}
