import type { AuditEntry } from '@keystead/sdk';
import { AuditTree, joined, sha256 } from './audit-tree.ts';

const ED25519 = Uint8Array.of(0x01);
const text = new TextEncoder();

/** A log that signs what it has: made up, but its proofs are real. */
export class MadeUpLog {
  readonly #tree = new AuditTree();
  readonly #entries: AuditEntry[] = [];
  readonly #details: { readonly details: string; readonly salt: Uint8Array }[] = [];
  readonly #log: string;
  readonly #origin: string;
  readonly #keys: Promise<CryptoKeyPair>;
  #filled: Promise<void> | undefined;
  readonly #fill: (log: MadeUpLog) => Promise<void>;

  constructor(log: string, fill: (log: MadeUpLog) => Promise<void>) {
    this.#log = log;
    this.#origin = `keystead.example/${log}`;
    this.#fill = fill;
    this.#keys = crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
  }

  async append(entry: Omit<AuditEntry, 'index' | 'id'>, request?: object): Promise<void> {
    const index = this.#tree.size;
    const { principal, action, outcome, reason, key, requestId, time } = entry;
    const { address, credential, protocol, region, resource, refusal, userAgent } = entry;
    const told = { address, credential, protocol, region, request, resource, refusal, userAgent };
    const beside = { details: JSON.stringify(told), salt: crypto.getRandomValues(new Uint8Array(16)) };
    const leaf = text.encode(
      JSON.stringify({
        action,
        changes: entry.isChange ? [] : undefined,
        details: hex(await commitmentTo(beside.salt, text.encode(beside.details))),
        key,
        outcome,
        principal,
        reason,
        request: requestId,
        tenant: this.#log,
        time: Date.parse(time),
        v: 1,
      }),
    );
    await this.#tree.append(leaf);
    this.#entries.push({ ...entry, index, id: idOf(await sha256(leaf)) });
    this.#details.push(beside);
  }

  /** The entries, the oldest first. */
  async entries(): Promise<readonly AuditEntry[]> {
    await (this.#filled ??= this.#fill(this));
    return this.#entries;
  }

  async whole(index: number) {
    const all = await this.entries();
    const entry = all[index];
    if (entry === undefined) return undefined;
    const { details = '', salt = new Uint8Array() } = this.#details[index] ?? {};
    return {
      log: this.#log,
      entry,
      leaf: new TextDecoder().decode(this.#tree.leaves[index]),
      details,
      detailsSalt: base64(salt),
      sameRequest: all.filter((one) => one.requestId === entry.requestId && one !== entry),
      ...(entry.key !== undefined && { keyName: 'payroll' }),
    };
  }

  async checkpoint() {
    const { checkpoint, size } = await this.#head();
    const signedAt = new Date().toISOString();
    return { log: this.#log, size, signedAt, checkpoint, verifierKey: await this.#verifierKey() };
  }

  async prove(index: number) {
    const { checkpoint, size } = await this.#head();
    const hashes = (await this.#tree.inclusion(index, size)).map(base64);
    const leaf = base64(this.#tree.leaves[index] as Uint8Array);
    return { log: this.#log, index, size, leaf, hashes, checkpoint, verifierKey: await this.#verifierKey() };
  }

  async grow(from: number) {
    const { checkpoint, size } = await this.#head();
    const hashes = (await this.#tree.consistency(from, size)).map(base64);
    return { log: this.#log, from, to: size, hashes, checkpoint, verifierKey: await this.#verifierKey() };
  }

  async #head(): Promise<{ readonly size: number; readonly checkpoint: string }> {
    await this.entries();
    const { size } = this.#tree;
    const body = [
      this.#origin,
      size,
      base64(await this.#tree.root(size)),
      `state ${'00'.repeat(32)}`,
      `time ${Date.now()}`,
      '',
    ].join('\n');
    const { privateKey } = await this.#keys;
    const signature = await crypto.subtle.sign({ name: 'Ed25519' }, privateKey, text.encode(body));
    const signed = base64(joined(await this.#keyId(), new Uint8Array(signature)));
    return { size, checkpoint: `${body}\n\u2014 ${this.#origin} ${signed}\n` };
  }

  async #typedKey(): Promise<Uint8Array<ArrayBuffer>> {
    const { publicKey } = await this.#keys;
    return joined(ED25519, new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
  }

  async #keyId(): Promise<Uint8Array> {
    return (await sha256(joined(text.encode(`${this.#origin}\n`), await this.#typedKey()))).slice(0, 4);
  }

  async #verifierKey(): Promise<string> {
    const id = hex(await this.#keyId());
    return `${this.#origin}+${id}+${base64(await this.#typedKey())}`;
  }
}

/** docs/spec/audit-log.md, "Entries": SHA-256(LP(label, salt, details)). */
function commitmentTo(salt: Uint8Array, details: Uint8Array): Promise<Uint8Array> {
  const parts = [text.encode('keystead/audit-details/v1'), salt, details];
  return sha256(joined(...parts.flatMap((part) => [lengthOf(part), part])));
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** A UUID of version 8, as docs/spec/audit-log.md has it; of another hash, which nobody checks. */
function idOf(hash: Uint8Array): string {
  const digits = hex(hash);
  const [a, b, c, d, e] = [
    [0, 8],
    [8, 12],
    [13, 16],
    [17, 20],
    [20, 32],
  ].map(([from, to]) => digits.slice(from, to));
  return `${a}-${b}-8${c}-a${d}-${e}`;
}
