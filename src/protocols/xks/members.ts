import { decodeBase64 } from '../../bytes/base64.ts';
import { parseStrictJson, StrictJsonError } from '../../bytes/strict-json.ts';
import { XksError } from './errors.ts';

/** The members of a request's body, read one by one. What nobody asked for is refused at the end. */
export class Members {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #read = new Set<string>();

  /** @throws {XksError} ValidationException */
  constructor(body: Buffer) {
    let value: unknown;
    try {
      value = parseStrictJson(body, 8);
    } catch (error) {
      if (!(error instanceof StrictJsonError)) throw error;
      throw invalid(`The body is not JSON that can be read: ${error.message}.`);
    }
    this.#members = asMap(value, 'The body');
  }

  /** The members of an object that must be there. */
  object(name: string): ReadonlyMap<string, unknown> {
    return asMap(this.#take(name), name);
  }

  /** A word of a list that must be there. */
  word<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.#take(name);
    if (!words.includes(value as Word)) throw invalid(`${name} must be one of ${words.join(', ')}.`);
    return value as Word;
  }

  optionalWord<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    return this.#members.has(name) ? this.word(name, words) : undefined;
  }

  /** Base64 of `least` to `most` bytes. @throws {XksError} ValidationException, UnsupportedOperationException */
  bytes(name: string, least: number, most: number): Buffer {
    const value = this.#take(name);
    const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
    if (bytes === undefined) throw invalid(`${name} must be a string in base64, padded.`);
    if (bytes.length < least) throw invalid(`${name} must have at least ${least} bytes.`);
    if (bytes.length > most) {
      throw new XksError('UnsupportedOperationException', `${name} has more than ${most} bytes.`);
    }
    return bytes;
  }

  optionalBytes(name: string, most: number): Buffer {
    return this.#members.has(name) ? this.bytes(name, 0, most) : EMPTY;
  }

  /** @throws {XksError} ValidationException: a member that nobody asked for */
  end(): void {
    for (const name of this.#members.keys()) {
      if (!this.#read.has(name)) throw invalid(`The body has a member that is not known here: ${name.slice(0, 40)}.`);
    }
  }

  #take(name: string): unknown {
    this.#read.add(name);
    if (!this.#members.has(name)) throw invalid(`${name} is missing.`);
    return this.#members.get(name);
  }
}

const EMPTY = Buffer.alloc(0);

function asMap(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalid(`${what} must be an object.`);
  return new Map(Object.entries(value));
}

export function invalid(text: string): XksError {
  return new XksError('ValidationException', text);
}
