import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationName, Operations } from '../../src/protocols/aws-kms/model.gen.ts';

/** Every member that an answer can have, as if it were there: what is missing shows where it is used. */
type Whole<T> = T extends Buffer
  ? T
  : T extends readonly (infer Member)[]
    ? readonly Whole<Member>[]
    : T extends object
      ? { readonly [K in keyof T]-?: Whole<NonNullable<T[K]>> }
      : T;

export type Answer<N extends OperationName> = Whole<NonNullable<Operations[N]['output']>>;

/** A real client of AWS KMS behind one face: blobs are buffers, times are dates on the way in and seconds on the way out. */
export interface TourClient {
  /** @throws {Refusal} what the server answered instead */
  call<N extends OperationName>(operation: N, input: object, region?: string): Promise<Answer<N>>;
  close(): void | Promise<void>;
}

/** A refusal as a client read it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly text: string;

  constructor(code: string, text: string) {
    super(`${code}: ${text}`);
    this.code = code;
    this.text = text;
  }
}

/** How to reach the server, and as whom. */
export interface Access {
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface ModelShape {
  readonly type: string;
  readonly members?: { readonly [name: string]: { readonly shape: string } };
  readonly member?: { readonly shape: string };
}

interface Model {
  readonly operations: { readonly [name: string]: { readonly output?: { readonly shape: string } } };
  readonly shapes: { readonly [name: string]: ModelShape };
}

/** The folder of the pinned model of AWS KMS, in the form that botocore reads. */
export const CONTRACT = join(import.meta.dirname, '../../contracts/aws-kms/model.json');
const model = JSON.parse(readFileSync(CONTRACT, 'utf8')) as Model;

/** Reads an answer that a client printed as JSON: what the model calls a blob is base64, and a time is a text. */
export function readAnswer<N extends OperationName>(operation: N, json: unknown): Answer<N> {
  const output = model.operations[operation]?.output;
  return (output === undefined ? {} : read(output.shape, json)) as Answer<N>;
}

function read(name: string, value: unknown): unknown {
  const { type, members = {}, member } = model.shapes[name] as ModelShape;
  if (value === null || value === undefined) return undefined;
  if (type === 'blob') return Buffer.from(value as string, 'base64');
  if (type === 'timestamp') return typeof value === 'number' ? value : Date.parse(value as string) / 1000;
  if (type === 'list') return (value as unknown[]).map((item) => read(member?.shape as string, item));
  if (type !== 'structure') return value;
  const found = Object.entries(value as object).filter(([key]) => Object.hasOwn(members, key));
  return Object.fromEntries(found.map(([key, item]) => [key, read(members[key]?.shape as string, item)]));
}
