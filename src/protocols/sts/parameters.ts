import { validationError, StsError } from './errors.ts';

/** Most parameters of one request: 50 tags have 100. */
const MAX_PARAMETERS = 400;

/** The parameters of a request, each once: from the query and from the form that is its body. */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>;
  readonly #asked = new Set<string>();

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  /** A parameter; an empty one counts as absent, as it does at AWS. */
  text(name: string): string | undefined {
    this.#asked.add(name);
    return this.#values.get(name) || undefined;
  }

  /** The members of a list, `Name.member.1`, in the order of their numbers. */
  list(name: string): string[] {
    return this.#numbers(name).flatMap((number) => this.text(`${name}.member.${number}`) ?? []);
  }

  /** The members of a list of structures, `Name.member.1.Key`. */
  structures<Member extends string>(
    name: string,
    members: readonly Member[],
  ): { readonly [M in Member]: string | undefined }[] {
    return this.#numbers(name).map(
      (number) =>
        Object.fromEntries(
          members.map((member) => {
            const full = `${name}.member.${number}.${member}`;
            this.#asked.add(full);
            return [member, this.#values.get(full)];
          }),
        ) as { readonly [M in Member]: string | undefined },
    );
  }

  /** What nobody asked for would be ignored: it is refused. @throws {StsError} ValidationError */
  requireAllKnown(): void {
    for (const name of this.#values.keys()) {
      if (!this.#asked.has(name)) throw validationError(`The parameter ${name.slice(0, 64)} is not known here.`);
    }
  }

  #numbers(name: string): number[] {
    const prefix = `${name}.member.`;
    const numbers = new Set<number>();
    for (const full of this.#values.keys()) {
      if (!full.startsWith(prefix)) continue;
      const number = /^[1-9]\d{0,3}(?=\.|$)/.exec(full.slice(prefix.length))?.[0];
      if (number !== undefined) numbers.add(Number(number));
    }
    return [...numbers].toSorted((a, b) => a - b);
  }
}

/**
 * Reads the parameters of a request. Those of the signature are not among them.
 *
 * @throws {StsError} MalformedQueryString, InvalidQueryParameter
 */
export function readParameters(query: string, body: Buffer): Parameters {
  const values = new Map<string, string>();
  // In a query a plus sign is one, as the signature has it; in a form it is a space.
  for (const text of [query, body.toString('latin1').replaceAll('+', ' ')]) {
    for (const [name, value] of pairsOf(text)) {
      if (name.startsWith('X-Amz-')) continue;
      if (values.has(name))
        throw new StsError('InvalidQueryParameter', `The parameter ${name.slice(0, 64)} is there twice.`);
      if (values.size >= MAX_PARAMETERS)
        throw new StsError('InvalidQueryParameter', `A request has at most ${MAX_PARAMETERS} parameters.`);
      values.set(name, value);
    }
  }
  return new Parameters(values);
}

function pairsOf(text: string): [name: string, value: string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

/** Percent-encoded UTF-8. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StsError('MalformedQueryString', 'The parameters must be percent-encoded UTF-8.');
  }
}
