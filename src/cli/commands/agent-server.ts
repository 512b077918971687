import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { KeysteadClient, KeysteadError } from '@keystead/sdk';
import type { HostState } from '../../vault/agents/host/host-state.ts';
import { CliError } from '../errors.ts';
import type { ServerWord } from '../../vault/write-only/write-only.ts';

/** Refusals that pass by themselves, and how often and how long is waited for that. */
const BUSY = new Set(['server-busy', 'agent-busy']);
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;

type Word = Awaited<ReturnType<KeysteadClient['askForAgent']>>;
type Report = Parameters<KeysteadClient['reportAgentRun']>[2];

/** The server as a host asks it, by the host's own credential. */
export class AgentServer {
  readonly #client: KeysteadClient;
  readonly #environmentId: string;
  readonly #agentId: string;
  readonly #writerId: string;

  private constructor(client: KeysteadClient, environmentId: string, agentId: string, writerId: string) {
    this.#client = client;
    this.#environmentId = environmentId;
    this.#agentId = agentId;
    this.#writerId = writerId;
  }

  static of(state: HostState): AgentServer {
    const { url, environmentId, agentId, writerId } = state.facts();
    const client = new KeysteadClient({ url, apiKey: readFileSync(state.apiKeyFile, 'latin1').trim() });
    return new AgentServer(client, environmentId, agentId, writerId);
  }

  async prove(): Promise<void> {
    await this.word(false);
  }

  async ask(): Promise<ServerWord> {
    const { now, snapshots = [], marked = [], head } = await this.word(true);
    return { nowMs: Date.parse(now), snapshots, marked, ...(head && { head: { writer: this.#writerId, ...head } }) };
  }

  async word(look: boolean): Promise<Word> {
    return await this.#patiently(() => this.#client.askForAgent(this.#environmentId, this.#agentId, { look }));
  }

  /** Answers what the server makes of the run: what it cannot find in the store has failed. */
  async report(body: Report): Promise<{ readonly state: string }> {
    return await this.#patiently(() => this.#client.reportAgentRun(this.#environmentId, this.#agentId, body));
  }

  async #patiently<T>(send: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send();
      } catch (error) {
        if (error instanceof KeysteadError && error.status === 401) throw refused(error);
        const passes = error instanceof KeysteadError && BUSY.has(error.code);
        if (!passes || attempt >= ATTEMPTS) throw error;
        await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  }
}

/** What is refused here is the credential of the enrolment, and not one that somebody could give. */
function refused({ code, message }: KeysteadError): CliError {
  return new CliError(
    'failed',
    code,
    `the server does not accept this host: ${message}`,
    'Its agent was revoked, or its credential was suspended: "keystead vault agent list" shows it. To write again it needs a new invitation, and another --state.',
  );
}
