import type { SignatureRefusal } from '../sigv4/refusal.ts';
import { formatAmzDate, parseAmzDate } from '../sigv4/time.ts';
import { AwsKmsError } from './errors.ts';

type Code = SignatureRefusal['code'];
type Refusal<C extends Code> = Extract<SignatureRefusal, { readonly code: C }>;

const WORDS: { readonly [C in Code]: (refusal: Refusal<C>) => AwsKmsError } = {
  missing: () => new AwsKmsError('MissingAuthenticationTokenException', 'Missing Authentication Token'),
  incomplete: ({ parts }) => new AwsKmsError('IncompleteSignatureException', parts.map(requirement).join(' ')),
  malformed: ({ part, rule }) => new AwsKmsError('IncompleteSignatureException', `${part}: ${rule}.`),
  'unknown-key': () => invalidToken(),
  'token-invalid': () => invalidToken(),
  'token-expired': () =>
    new AwsKmsError('ExpiredTokenException', 'The security token included in the request is expired'),
  mismatch: () =>
    invalid(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ),
  expired: ({ signedAt, now, boundMs }) => {
    const bound = shift(now, -boundMs);
    return invalid(`Signature expired: ${signedAt} is now earlier than ${bound} (${now} - ${minutes(boundMs)} min.)`);
  },
  'not-yet-valid': ({ signedAt, now, boundMs }) => {
    const bound = shift(now, boundMs);
    return invalid(
      `Signature not yet current: ${signedAt} is still later than ${bound} (${now} + ${minutes(boundMs)} min.)`,
    );
  },
  'wrong-scope': ({ field, wanted }) => invalid(SCOPE[field](wanted)),
  'unsigned-header': ({ header }) => invalid(`'${header}' must be a 'SignedHeader' in the AWS Authorization.`),
  'unsigned-payload': () => invalid('The body of the request must be signed: UNSIGNED-PAYLOAD is not taken here.'),
};

const SCOPE: { readonly [F in Refusal<'wrong-scope'>['field']]: (wanted: string) => string } = {
  date: (wanted) =>
    `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${wanted}'.`,
  service: (wanted) => `Credential should be scoped to correct service: '${wanted}'.`,
  terminator: (wanted) => `Credential should be scoped with a valid terminator: '${wanted}'.`,
};

/** Says in AWS's words why a signature was not taken. */
export function signatureError(refusal: SignatureRefusal): AwsKmsError {
  const words = WORDS[refusal.code] as (refusal: SignatureRefusal) => AwsKmsError;
  return words(refusal);
}

function requirement(part: string): string {
  return part === 'X-Amz-Date'
    ? `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.`
    : `Authorization header requires '${part}' parameter.`;
}

function invalid(text: string): AwsKmsError {
  return new AwsKmsError('InvalidSignatureException', text);
}

function invalidToken(): AwsKmsError {
  return new AwsKmsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
}

function shift(now: string, byMs: number): string {
  return formatAmzDate((parseAmzDate(now) ?? 0) + byMs);
}

function minutes(ms: number): number {
  return Math.round(ms / 60_000);
}
