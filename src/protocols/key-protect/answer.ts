import { STATUS_CODES } from 'node:http';
import { wipe } from '../../bytes/bytes.ts';
import type { HttpAnswer } from '../../http/route.ts';
import { REASONS, type KeyProtectError } from './errors.ts';

/** What a collection holds: `application/vnd.ibm.kms.<kind>+json`. */
export type Kind =
  | 'alias'
  | 'allowed_ip_metadata'
  | 'error'
  | 'event_acknowledge'
  | 'import_token'
  | 'key'
  | 'key.version'
  | 'key_action'
  | 'key_ring'
  | 'policy'
  | 'registration';

/** An answer before it is spelt. Buffers in it are secrets or ciphertexts: they become base64, and are wiped. */
export interface Answer {
  readonly status: 200 | 201 | 204;
  readonly kind?: Kind;
  readonly body?: object;
  /** In place of a body: one that is spelt already, of a long list. It holds no secret. */
  readonly spelt?: Buffer;
  readonly headers?: readonly string[];
}

export const NO_CONTENT: Answer = { status: 204 };

export function mediaType(kind: Kind): string {
  return `application/vnd.ibm.kms.${kind}+json`;
}

/** The envelope of nearly everything. An empty list has no `resources` at all. */
export function collection(
  kind: Kind,
  resources: readonly object[],
  { status = 200, metadata = {} }: { readonly status?: 200 | 201; readonly metadata?: object } = {},
): Answer {
  return {
    status,
    kind,
    body: {
      metadata: { collectionType: mediaType(kind), collectionTotal: resources.length, ...metadata },
      ...(resources.length > 0 && { resources }),
    },
  };
}

/** A bare object: key actions and import tokens have no envelope. */
export function bare(kind: Kind, body: object): Answer {
  return { status: 200, kind, body };
}

export function encodeAnswer({ status, kind, body, spelt, headers = [] }: Answer, correlationId: string): HttpAnswer {
  if (body === undefined && spelt === undefined)
    return { status, headers: [...common(correlationId), ...headers], body: Buffer.alloc(0) };
  return {
    status,
    headers: ['Content-Type', mediaType(kind ?? 'key'), ...common(correlationId), ...headers],
    body: spelt ?? spell(body as object),
  };
}

/** An error in IBM's envelope. What the caller may not know has no reasons: 401. */
export function encodeError(error: KeyProtectError, correlationId: string): HttpAnswer {
  const { code, message, target, what } = error;
  const { status } = REASONS[code];
  const reason = { code, message, status, moreInfo: MORE_INFO, ...(target && { target }) };
  const errorMsg = `${STATUS_CODES[status]}: ${what}: Please see \`reasons\` for more details (${code})`;
  return encoded(status, { errorMsg, reasons: [reason] }, correlationId);
}

export function encodeUnauthorized(correlationId: string): HttpAnswer {
  const errorMsg = 'Unauthorized: The user does not have access to the specified resource';
  return encoded(401, { errorMsg }, correlationId);
}

const MORE_INFO = 'https://cloud.ibm.com/apidocs/key-protect';

function encoded(status: number, resource: object, correlationId: string): HttpAnswer {
  const body = { metadata: { collectionType: mediaType('error'), collectionTotal: 1 }, resources: [resource] };
  return {
    status,
    headers: ['Content-Type', mediaType('error'), ...common(correlationId)],
    body: Buffer.from(JSON.stringify(body), 'utf8'),
  };
}

function common(correlationId: string): string[] {
  return ['Correlation-Id', correlationId, 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];
}

function spell(body: object): Buffer {
  const secrets: Buffer[] = [];
  const text = JSON.stringify(withoutBuffers(body, secrets));
  secrets.forEach((secret) => wipe(secret));
  return Buffer.from(text, 'utf8');
}

/** A copy whose Buffers are base64: the runtime alone would spell them as lists of numbers. */
function withoutBuffers(value: unknown, buffers: Buffer[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Buffer.isBuffer(value)) {
    buffers.push(value);
    return value.toString('base64');
  }
  if (Array.isArray(value)) return value.map((one) => withoutBuffers(one, buffers));
  const members = Object.entries(value).map(([name, member]) => [name, withoutBuffers(member, buffers)]);
  return Object.fromEntries(members);
}
