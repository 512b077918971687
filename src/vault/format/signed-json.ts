import type { KeyObject } from 'node:crypto';
import { decodeBase64 } from '../../bytes/base64.ts';
import { canonicalJson, type Json } from '../../bytes/canonical-json.ts';
import { decodeHex } from '../../bytes/hex.ts';
import { parseStrictJson } from '../../bytes/strict-json.ts';
import { VaultError } from '../errors.ts';
import { parsing } from './format.ts';
import { signAs, type SignedKind } from './writer-key.ts';

/** An object of untrusted JSON, read member by member; whatever is not as expected is `malformed`. */
export class JsonReader {
  readonly #members: { readonly [name: string]: unknown };
  readonly #what: string;

  /** `names` must be there; of `optional` some or none. Anything else is refused. */
  constructor(what: string, value: unknown, names: readonly string[], optional: readonly string[] = []) {
    this.#what = what;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw this.#refusal('is not an object');
    const found = Object.keys(value).filter((name) => !optional.includes(name));
    if (found.toSorted().join(' ') !== names.toSorted().join(' ')) {
      throw this.#refusal('has other members than it must have');
    }
    this.#members = value as { readonly [name: string]: unknown };
  }

  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== 'string') throw this.#refusal(`has a wrong ${name}`);
    return value;
  }

  /** Whether an optional member is there. */
  has(name: string): boolean {
    return this.#members[name] !== undefined;
  }

  textOrNull(name: string): string | null {
    return this.#members[name] === null ? null : this.text(name);
  }

  /** A non-negative safe integer. */
  count(name: string): number {
    const value = this.#members[name];
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw this.#refusal(`has a wrong ${name}`);
    return value as number;
  }

  countOrNull(name: string): number | null {
    return this.#members[name] === null ? null : this.count(name);
  }

  /** Hexadecimal for exactly `length` bytes, as text. */
  hex(name: string, length: number): string {
    const value = this.text(name);
    if (decodeHex(value)?.length !== length) throw this.#refusal(`has a wrong ${name}`);
    return value;
  }

  hexOrNull(name: string, length: number): string | null {
    return this.#members[name] === null ? null : this.hex(name, length);
  }

  base64(name: string): Buffer {
    const value = decodeBase64(this.text(name));
    if (!value) throw this.#refusal(`has a wrong ${name}`);
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.text(name);
    const match = allowed.find((candidate) => candidate === value);
    if (match === undefined) throw this.#refusal(`has a wrong ${name}`);
    return match;
  }

  object(name: string, names: readonly string[]): JsonReader {
    return new JsonReader(`${this.#what}: ${name}`, this.#members[name], names);
  }

  value(name: string): unknown {
    return this.#members[name];
  }

  list(name: string): readonly unknown[] {
    const value = this.#members[name];
    if (!Array.isArray(value)) throw this.#refusal(`has a wrong ${name}`);
    return value as readonly unknown[];
  }

  /** A list of texts that each fit `pattern`. */
  texts(name: string, pattern: RegExp): string[] {
    return this.list(name).map((value) => {
      if (typeof value !== 'string' || !pattern.test(value)) throw this.#refusal(`has a wrong ${name}`);
      return value;
    });
  }

  objects(name: string, names: readonly string[]): JsonReader[] {
    return this.list(name).map((value) => new JsonReader(`${this.#what}: ${name}`, value, names));
  }

  /** Refuses a format or suite that is not the one known. */
  expect(name: string, known: number): void {
    if (this.count(name) !== known)
      throw new VaultError('unknown-format', `${this.#what} has ${name} ${this.count(name)}`);
  }

  #refusal(why: string): VaultError {
    return new VaultError('malformed', `${this.#what} ${why}`);
  }
}

/** Parses JSON that must be written canonically, so that one value has one spelling. */
export function parseCanonical(what: string, bytes: Buffer): unknown {
  return parsing(what, () => {
    const value = parseStrictJson(bytes);
    if (!Buffer.from(canonicalJson(value as Json)).equals(bytes)) {
      throw new VaultError('malformed', `${what} is not canonical JSON`);
    }
    return value;
  });
}

/** The bytes that are signed for a JSON body. */
export function canonicalBytes(body: Json): Buffer {
  return Buffer.from(canonicalJson(body), 'utf8');
}

/** Signature over a canonical body, base64. */
export function signJson(kind: SignedKind, privateKey: KeyObject, body: Json): string {
  return signAs(kind, privateKey, canonicalBytes(body)).toString('base64');
}
