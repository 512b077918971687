import { SALT_BYTES, type FramedEntry } from './entry-frame.ts';
import { timeOfLeaf } from './last-uses.ts';

/** The newest request that a credential proved: what became of it does not matter. */
export interface CredentialUse {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Where it came from. */
  readonly address: string;
  /** `aws-kms`, `admin`, ... */
  readonly protocol: string;
}

/** A credential's use with the log that tells of it. */
export interface LoggedCredentialUse extends CredentialUse {
  readonly tenantId: string;
  readonly credentialId: string;
}

/** What the details of a proven request begin with: their members stand in canonical order. */
const PROVEN = /^\{"address":"([^"\\]{0,64})","credential":"([\w-]{16,64})","protocol":"([\w-]{1,32})"/;
/** More than the longest beginning that {@link PROVEN} reads. */
const HEAD_LENGTH = 224;

/** Remembers, of entries that go by, the last use of each credential. */
export class CredentialUses {
  readonly #entries = new Map<string, FramedEntry>();
  /** The beginning of the details of the entry before, and whose it was: most that come together are of one client. */
  #head: Buffer = Buffer.alloc(0);
  #known = '';

  /** Looks at an entry, whose memory must stay as it is until {@link take}. */
  note(entry: FramedEntry): void {
    const { log, details } = entry;
    if (!this.#beginsAlike(details)) {
      const head = details.toString('latin1', SALT_BYTES, SALT_BYTES + HEAD_LENGTH);
      const [text = '', , credential] = PROVEN.exec(head) ?? [];
      if (credential === undefined) return;
      this.#head = details.subarray(SALT_BYTES, SALT_BYTES + text.length);
      this.#known = credential;
    }
    this.#entries.set(`${log}/${this.#known}`, entry);
  }

  #beginsAlike(details: Buffer): boolean {
    const { length } = this.#head;
    // What is shorter must not be compared: it would be read beyond its end.
    if (length === 0 || details.length < SALT_BYTES + length) return false;
    return this.#head.compare(details, SALT_BYTES, SALT_BYTES + length) === 0;
  }

  /** The last use of each credential since the last call. */
  take(): LoggedCredentialUse[] {
    const uses = [...this.#entries.values()].flatMap(useOf);
    this.#entries.clear();
    this.#head = Buffer.alloc(0);
    return uses;
  }
}

function useOf({ log, leaf, details }: FramedEntry): LoggedCredentialUse[] {
  const head = details.toString('latin1', SALT_BYTES, SALT_BYTES + HEAD_LENGTH);
  const [, address = '', credentialId = '', protocol = ''] = PROVEN.exec(head) ?? [];
  const atMs = timeOfLeaf(leaf);
  return Number.isSafeInteger(atMs) ? [{ tenantId: log, credentialId, atMs, address, protocol }] : [];
}
