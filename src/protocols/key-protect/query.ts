import { badQuery } from './errors.ts';

/** The query of a request. Lists may be joined by commas or repeated; stray commas and spaces mean nothing. */
export class Query {
  readonly #text: string;
  #read: URLSearchParams | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get #values(): URLSearchParams {
    return (this.#read ??= new URLSearchParams(this.#text));
  }

  /** The text of a parameter, trimmed; `undefined` where it is absent or empty. */
  text(name: string): string | undefined {
    const value = this.#values.get(name)?.trim();
    return value === '' ? undefined : value;
  }

  /** Every part of a list. */
  list(name: string): readonly string[] {
    return this.#values
      .getAll(name)
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== '');
  }

  /** @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR` */
  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw badQuery(name, 'true or false');
    return value === 'true';
  }

  /** @throws {KeyProtectError} `INVALID_QUERY_PARAM_ERR` */
  integer(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) throw badQuery(name, `an integer between ${min} and ${max} (inclusive)`);
    return number;
  }

  /** Which part of a list is asked for. */
  page(defaultLimit = 200, maxLimit = 5_000): { readonly limit: number; readonly offset: number } {
    return {
      limit: this.integer('limit', { min: 1, max: maxLimit }) ?? defaultLimit,
      offset: this.integer('offset', { min: 0, max: 999_999_999 }) ?? 0,
    };
  }
}
