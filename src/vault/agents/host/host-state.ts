import { createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { bytesOf, wipe, type Bytes } from '../../../bytes/bytes.ts';
import { VaultError } from '../../errors.ts';
import { writerOf, type Writer } from '../../format/writer-key.ts';
import { runId } from '../../runs/run.ts';

const FORMAT = 1;
const FILES = { agent: 'agent.json', writer: 'writer-key', dedupe: 'dedupe-key', apiKey: 'api-key' } as const;

/** Where a host writes, without credentials. */
export interface HostStorage {
  readonly type: 'folder' | 'aws-s3' | 'ibm-cos' | 's3-compatible';
  readonly region: string;
  readonly path?: string | undefined;
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly lock?: { readonly mode: string; readonly days: number } | undefined;
  readonly serverSideKey?: string | undefined;
}

/** What a host knows of its enrolment; none of it is secret. Bytes are base64. */
export interface HostFacts {
  readonly url: string;
  readonly environmentId: string;
  readonly agentId: string;
  readonly name: string;
  readonly writerId: string;
  readonly vaultId: string;
  readonly creator: string;
  readonly descriptor: string;
  readonly pairId: string;
  readonly pair: string;
  readonly storage: HostStorage;
  readonly dedupe: { readonly id: string; readonly name: string; readonly envelope: string };
}

/** What a host has done and the server does not know yet. */
export interface SpooledReport {
  readonly runId: string;
  readonly body: object;
}

/**
 * A folder of the host, mode 0700: facts of its enrolment, its signing key, its dedupe key and its API key, each in a
 * file of mode 0600, reports that are still to be told, and what the vault's own code remembers.
 */
export class HostState {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get isEnrolled(): boolean {
    return existsSync(join(this.folder, FILES.agent));
  }

  /** Makes the folder and the signing key, where there is none yet: its private half never leaves this host. */
  makeWriterKey(): Writer {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    chmodSync(this.folder, 0o700);
    if (!existsSync(join(this.folder, FILES.writer))) {
      const der = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
      this.#write(FILES.writer, der);
      wipe(der);
    }
    return writerOf(this.writerKey());
  }

  writerKey(): KeyObject {
    const der = readFileSync(join(this.folder, FILES.writer));
    try {
      return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    } finally {
      wipe(der);
    }
  }

  /** The host is enrolled when this is done. */
  enrolled(facts: HostFacts, secrets: { readonly dedupeKey: Uint8Array; readonly apiKey: Uint8Array }): void {
    this.#write(FILES.dedupe, secrets.dedupeKey);
    this.#write(FILES.apiKey, secrets.apiKey);
    this.#write(FILES.agent, Buffer.from(`${JSON.stringify({ format: FORMAT, ...facts }, undefined, 2)}\n`));
  }

  /** @throws {VaultError} `not-enrolled`, `unknown-format` */
  facts(): HostFacts {
    if (!this.isEnrolled) throw new VaultError('not-enrolled', `There is no enrolled agent in ${this.folder}`);
    const { format, ...facts } = JSON.parse(readFileSync(join(this.folder, FILES.agent), 'utf8')) as HostFacts & {
      readonly format: number;
    };
    if (format !== FORMAT) throw new VaultError('unknown-format', `${this.folder} is of a newer version`);
    return facts;
  }

  /** The caller wipes it. */
  dedupeKey(): Bytes<'DataKey'> {
    return bytesOf(readFileSync(join(this.folder, FILES.dedupe)));
  }

  get apiKeyFile(): string {
    return join(this.folder, FILES.apiKey);
  }

  /**
   * Keeps what is to be told to the server, until {@link HostState.told}. The run's id begins with its start, as those of
   * the server's own runs do: the runs of an environment are listed by it.
   */
  spool(body: { readonly startedAt: string }): SpooledReport {
    const id = runId(Date.parse(body.startedAt), randomBytes);
    mkdirSync(join(this.folder, 'reports'), { recursive: true, mode: 0o700 });
    this.#write(join('reports', `${id}.json`), Buffer.from(JSON.stringify(body)));
    return { runId: id, body };
  }

  /** Oldest first. */
  spooled(): SpooledReport[] {
    const folder = join(this.folder, 'reports');
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const reports = names.map((name) => ({
      runId: name.slice(0, -'.json'.length),
      body: JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly endedAt?: string },
    }));
    return reports.toSorted((a, b) => String(a.body.endedAt).localeCompare(String(b.body.endedAt)));
  }

  told(runId: string): void {
    rmSync(join(this.folder, 'reports', `${runId}.json`), { force: true });
  }

  /**
   * One run at a time: the lock ends with the process, however it ends. Answers how to let go of it; `undefined` where
   * another run of this host is at work.
   */
  lock(): (() => void) | undefined {
    const database = new DatabaseSync(join(this.folder, 'run.lock'), { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (((error as { readonly errcode?: number }).errcode ?? 0) % 256 === 5) return undefined;
      throw error;
    }
    return () => database.close();
  }

  #write(name: string, bytes: Uint8Array): void {
    const path = join(this.folder, name);
    const file = openSync(`${path}.new`, 'w', 0o600);
    try {
      writeSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    const folder = openSync(this.folder, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }
}
