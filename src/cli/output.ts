import Table from 'cli-table3';
import { styleText } from 'node:util';
import type { Told } from './errors.ts';
import type { CliHost, Terminal } from './host.ts';

/** A column of a table: its head, and its cell for a row. `undefined` leaves the cell empty. */
export type Column<Row> = readonly [head: string, cell: (row: Row) => string | number | undefined];

const BARE = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((name) => [name, name === 'middle' ? '  ' : '']),
);

/** Says what came of a command: to a person in tables, to a program (`--json`) as one JSON object a line. */
export class Output {
  readonly isJson: boolean;
  readonly #host: CliHost;

  constructor(host: CliHost, isJson: boolean) {
    this.#host = host;
    this.isJson = isJson;
  }

  /** One thing. */
  item(value: object): void {
    if (this.isJson) return this.#json(value);
    this.#table(lines(value).map(([name, text]) => [this.#style('bold', name), text]));
  }

  /** Several things of a kind, a line each. */
  rows<Row extends object>(rows: readonly Row[], columns: readonly Column<Row>[], none: string): void {
    if (this.isJson) {
      for (const row of rows) this.#json(row);
    } else if (rows.length === 0) this.note(none);
    else {
      const head = columns.map(([title]) => this.#style('bold', title));
      this.#table([head, ...rows.map((row) => columns.map(([, cell]) => shown(cell(row))))]);
    }
  }

  /** A sentence for a person. A program gets none. */
  note(text: string): void {
    if (!this.isJson) this.#host.stdout.write(`${text}\n`);
  }

  /** Text as it is, for a pipe: `value` is what a program gets in its place. */
  text(text: string, value: object): void {
    if (this.isJson) this.#json(value);
    else this.#host.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /**
   * A secret in base64: alone for a pipe, as the member of this name for a program. It is written from the buffer, and
   * wiped.
   */
  secret(base64: Buffer, value: object, member: string): void {
    const [before, after] = this.isJson ? [`${JSON.stringify(value).slice(0, -1)},"${member}":"`, '"}\n'] : ['', '\n'];
    const line = Buffer.concat([Buffer.from(before), base64, Buffer.from(after)]);
    base64.fill(0);
    this.#host.stdout.write(line, () => line.fill(0));
  }

  /** A sentence beside the result, on standard error. */
  warn(text: string): void {
    if (!this.isJson) this.#host.stderr.write(`${printable(text)}\n`);
  }

  #json(value: object): void {
    this.#host.stdout.write(`${JSON.stringify(value)}\n`);
  }

  #style(format: 'bold', text: string): string {
    return styleText(format, text, { stream: this.#host.stdout });
  }

  #table(rows: readonly string[][]): void {
    const table = new Table({ chars: BARE, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } });
    table.push(...rows);
    for (const line of table.toString().split('\n')) this.#host.stdout.write(`${line.trimEnd()}\n`);
  }
}

/** Tells of an error: a sentence and what to do next, or a JSON object. */
export function writeError(stderr: Terminal, isJson: boolean, told: Told): void {
  const { code, message, action, requestId } = told;
  if (isJson) {
    stderr.write(`${JSON.stringify({ error: { code, message, action, requestId } })}\n`);
    return;
  }
  const label = styleText('red', 'Error:', { stream: stderr });
  stderr.write(`${label} ${sentence(printable(message))}\n`);
  if (action !== undefined) stderr.write(`${printable(action)}\n`);
  if (requestId !== undefined) stderr.write(`Request ${printable(requestId)}\n`);
}

/** Text from elsewhere without what would command a terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '?');
}

/** A value as lines of name and text; what lies deeper is indented. */
function lines(value: object, indent = ''): (readonly [name: string, text: string])[] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const title = indent + words(name);
    if (member === undefined) return [];
    const pairs = Array.isArray(member) ? member.map(pairOf) : [];
    if (pairs.length > 0 && !pairs.includes(undefined)) return [[title, printable(pairs.join(', '))] as const];
    if (Array.isArray(member) && member.some(isObject))
      return member.flatMap((item: object) => [[title, ''] as const, ...lines(item, `${indent}  `)]);
    if (isObject(member)) return [[title, ''] as const, ...lines(member, `${indent}  `)];
    return [[title, shown(member)] as const];
  });
}

/** A tag, or a pair of an encryption context, as it is written on the command line. */
function pairOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const { key, name = key, value: text, ...more } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof text !== 'string' || Object.keys(more).length > 0) return undefined;
  return `${name}=${text}`;
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map(shown).join(', ');
  return printable(typeof value === 'string' ? value.trimEnd() : JSON.stringify(value));
}

/** `createdAt` as `created at`. */
function words(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
