import type { SignatureRefusal } from '../sigv4/refusal.ts';
import { StsError, type StsErrorCode } from './errors.ts';

type Code = SignatureRefusal['code'];
type Refusal<C extends Code> = Extract<SignatureRefusal, { readonly code: C }>;

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const WORDS: { readonly [C in Code]: (refusal: Refusal<C>) => readonly [StsErrorCode, string] } = {
  missing: () => ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
  incomplete: ({ parts }) => ['IncompleteSignature', `The signature lacks ${parts.join(', ')}.`],
  malformed: ({ part, rule }) => ['IncompleteSignature', `${part}: ${rule}.`],
  'unknown-key': () => ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
  'token-invalid': () => ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
  'token-expired': () => ['ExpiredToken', 'The security token included in the request is expired'],
  mismatch: () => ['SignatureDoesNotMatch', MISMATCH],
  expired: ({ signedAt, now }) => [
    'SignatureDoesNotMatch',
    `Signature expired: ${signedAt} is too long before the server's time, ${now}.`,
  ],
  'not-yet-valid': ({ signedAt, now }) => [
    'SignatureDoesNotMatch',
    `Signature not yet current: ${signedAt} is too long after the server's time, ${now}.`,
  ],
  'wrong-scope': ({ field, wanted }) => [
    'SignatureDoesNotMatch',
    `Credential should be scoped to correct ${field}: '${wanted}'.`,
  ],
  'unsigned-header': ({ header }) => [
    'SignatureDoesNotMatch',
    `'${header}' must be a 'SignedHeader' in the AWS Authorization.`,
  ],
  'unsigned-payload': () => ['SignatureDoesNotMatch', 'The body of the request must be signed.'],
};

/** Says in AWS's words why a signature was not taken. */
export function signatureError(refusal: SignatureRefusal): StsError {
  const words = WORDS[refusal.code] as (refusal: SignatureRefusal) => readonly [StsErrorCode, string];
  return new StsError(...words(refusal));
}
