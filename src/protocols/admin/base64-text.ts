import Type, { type TString } from 'typebox';
import { decodeBase64 } from '../../bytes/base64.ts';
import { RequestError } from './errors.ts';

/** A member that bears bytes as base64 (RFC 4648 section 4). `maxLength` is in characters. */
export function base64Text(maxLength: number, description: string): TString {
  return Type.String({ minLength: 4, maxLength, pattern: '^[A-Za-z0-9+/]+={0,2}$', description });
}

/** The bytes of such a member: one value has one spelling. @throws {RequestError} `invalid-request` */
export function bytesIn(name: string, text: string): Buffer {
  const bytes = decodeBase64(text);
  if (bytes !== undefined) return bytes;
  throw new RequestError({
    status: 400,
    code: 'invalid-request',
    message: `the body was refused: ${name} is not base64 as RFC 4648 section 4 writes it`,
    action: 'Encode the bytes with padding and without line breaks.',
  });
}
