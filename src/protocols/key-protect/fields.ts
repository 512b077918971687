import { decodeBase64 } from '../../bytes/base64.ts';
import { badBody, badField, KeyProtectError } from './errors.ts';
import { readTimestamp } from './names.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * The members of one JSON object as IBM's server reads them: names in any case, `null` as absent, unknown names refused.
 */
export class Fields {
  readonly #members = new Map<string, unknown>();

  /** @throws {KeyProtectError} `BAD_BODY_ERR` it is no object, or has a member that is not among `names` */
  constructor(value: unknown, names: readonly string[]) {
    if (!isObject(value)) throw badBody('json: an object is expected');
    const known = new Map(names.map((name) => [name.toLowerCase(), name]));
    for (const [name, member] of Object.entries(value)) {
      const spelt = known.get(name.toLowerCase());
      if (spelt === undefined) throw badBody(`json: unknown field "${printable(name)}"`);
      if (this.#members.has(spelt)) throw badBody(`json: field "${spelt}" twice`);
      if (member !== null) this.#members.set(spelt, member);
    }
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  raw(name: string): unknown {
    return this.#members.get(name);
  }

  /** @throws {KeyProtectError} `INVALID_FIELD_ERR` it is no text, or its length in characters is out of bounds */
  text(name: string, { min, max }: { readonly min: number; readonly max: number }): string | undefined {
    const value = this.#members.get(name);
    if (value === undefined) return undefined;
    const length = typeof value === 'string' ? Array.from(value).length : -1;
    if (length < min || length > max) throw badField(name, `a text of ${min} to ${max} characters`);
    return value as string;
  }

  /** @throws {KeyProtectError} `INVALID_FIELD_ERR` */
  flag(name: string): boolean | undefined {
    const value = this.#members.get(name);
    if (value !== undefined && typeof value !== 'boolean') throw badField(name, 'true or false');
    return value;
  }

  /** @throws {KeyProtectError} `INVALID_FIELD_ERR` */
  integer(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.#members.get(name);
    if (value === undefined) return undefined;
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw badField(name, `an integer between ${min} and ${max} (inclusive)`);
    }
    return value as number;
  }

  /** Decoded base64, which stays the caller's to wipe. @throws {KeyProtectError} `INVALID_FIELD_ERR` */
  bytes(name: string, must = 'base64 encoded data'): Buffer | undefined {
    const value = this.#members.get(name);
    if (value === undefined) return undefined;
    const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
    if (bytes === undefined) throw badField(name, `${must}: illegal base64 data`);
    return bytes;
  }

  /** A date of RFC 3339 in milliseconds. @throws {KeyProtectError} `INVALID_FIELD_ERR` */
  date(name: string): number | undefined {
    const value = this.#members.get(name);
    if (value === undefined) return undefined;
    const ms = typeof value === 'string' ? readTimestamp(value) : undefined;
    if (ms === undefined) throw badField(name, 'a date of RFC 3339, like 2027-01-01T00:00:00Z');
    return ms;
  }

  /** @throws {KeyProtectError} `INVALID_FIELD_ERR` */
  list(name: string, maxLength: number): readonly unknown[] | undefined {
    const value = this.#members.get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length > maxLength) throw badField(name, `a list of at most ${maxLength}`);
    return value as unknown[];
  }

  /** The object that a member is. @throws {KeyProtectError} `BAD_BODY_ERR` */
  object(name: string, names: readonly string[]): Fields | undefined {
    const value = this.#members.get(name);
    return value === undefined ? undefined : new Fields(value, names);
  }
}

/**
 * The resources of an envelope, each read by its own names.
 *
 * @throws {KeyProtectError} `NO_BODY_ERR`, `BAD_BODY_ERR`, `COLLECTION_TOTAL_MISMATCH_ERR`
 */
export function resourcesOf(body: unknown, names: readonly string[]): readonly Fields[] {
  if (body === undefined) throw new KeyProtectError('NO_BODY_ERR', 'The request needs a body');
  const envelope = new Fields(body, ['metadata', 'resources']);
  const metadata = envelope.raw('metadata');
  if (!isObject(metadata) || Object.keys(metadata).length === 0) throw badBody('CollectionMetadata is empty');
  const resources = envelope.raw('resources');
  if (!Array.isArray(resources) || resources.length === 0) throw badBody('Resources is empty');
  const total = new Fields(metadata, ['collectionType', 'collectionTotal']).raw('collectionTotal');
  if (total !== undefined && total !== resources.length) {
    throw new KeyProtectError(
      'COLLECTION_TOTAL_MISMATCH_ERR',
      `collectionTotal is ${JSON.stringify(total)}, and there are ${resources.length} resources: they must agree`,
    );
  }
  return resources.map((resource) => new Fields(resource, names));
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a client sent, in a message: short, and without what a terminal would obey. */
function printable(text: string): string {
  return text.slice(0, 64).replaceAll(/[^\x20-\x7e]/g, '?');
}
