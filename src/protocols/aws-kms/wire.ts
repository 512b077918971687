import { AwsKmsError } from './errors.ts';
import { INPUTS, type OperationName } from './model.gen.ts';

/** The content type of every answer, to the byte: clients compare it. */
const CONTENT_TYPE = 'application/x-amz-json-1.1';

const BY_TARGET: ReadonlyMap<string, OperationName> = new Map(
  (Object.keys(INPUTS) as OperationName[]).map((name) => [`TrentService.${name}`, name]),
);
const NO_OUTPUT = Buffer.alloc(0);

/** An answer, ready for the connection. */
export interface WireAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * The operation that the header `X-Amz-Target` names.
 *
 * @throws {AwsKmsError} UnknownOperationException
 */
export function operationOf(target: string | undefined): OperationName {
  const name = target === undefined ? undefined : BY_TARGET.get(target);
  if (name === undefined) throw new AwsKmsError('UnknownOperationException');
  return name;
}

/** Whether the header names an operation of the API. */
export function isOperation(target: string | undefined): target is string {
  return target !== undefined && BY_TARGET.has(target);
}

/**
 * Encodes the output of an operation: buffers as base64, maps as objects, times as they are (seconds since 1970);
 * members that are undefined or null are left out. An operation without output answers an empty body.
 */
export function encodeAnswer(output: object | undefined | void, requestId: string): WireAnswer {
  const body = output === undefined ? NO_OUTPUT : Buffer.from(JSON.stringify(encodable(output)), 'utf8');
  return { status: 200, headers: headersOf(requestId), body };
}

/** Encodes an error: its type, and its text where there is one. AccessDeniedException spells the member `Message`. */
export function encodeError(error: AwsKmsError, requestId: string): WireAnswer {
  const member = error.type === 'AccessDeniedException' ? 'Message' : 'message';
  const body = Buffer.from(JSON.stringify({ __type: error.type, [member]: error.text }), 'utf8');
  return { status: error.status, headers: headersOf(requestId), body };
}

function headersOf(requestId: string): readonly string[] {
  return ['x-amzn-RequestId', requestId, 'Content-Type', CONTENT_TYPE];
}

function encodable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(encodable);
  if (value instanceof Map) return Object.fromEntries(value);
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member !== undefined && member !== null) result[name] = encodable(member);
  }
  return result;
}
