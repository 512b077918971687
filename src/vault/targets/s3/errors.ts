import { RoleRefusedError } from '../../../clients/aws/role-refused-error.ts';
import { VaultError, type VaultErrorCode } from '../../errors.ts';
import type { BucketPlace } from '../storage-access.ts';

/** What the SDK tells of a failure, as far as the store or the connection has said it. */
interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly cause?: unknown;
}

/** What one attempt was about. */
export interface Attempt {
  readonly place: BucketPlace;
  /** `read`, `write`, `list`, `delete`, `lock`, ...: what a person would call it. */
  readonly verb: string;
  /** The object, or the bucket itself. */
  readonly subject: string;
}

type Say = (attempt: Attempt, failure: Failure) => string;
type Row = readonly [VaultErrorCode, Say];

const bucket = ({ place }: Attempt): string => `the bucket ${place.bucket}`;
const couldNot = ({ verb, subject }: Attempt): string => `${subject} could not be ${verb}`;
const missing: Row = [
  'object-missing',
  ({ subject }, { $response }) =>
    $response?.headers?.['x-amz-delete-marker'] === 'true'
      ? `${subject} was deleted in the bucket, which still has an older version of it behind a delete marker`
      : `${subject} is not in the bucket`,
];
const denied: Row = [
  'target-denied',
  (attempt) => `${couldNot(attempt)}: the store does not allow it to these credentials`,
];
const badCredentials: Row = ['target-credentials', () => 'The store does not take these credentials'];
const wrongRegion: Row = [
  'target-region',
  (attempt, failure) => {
    const region = regionOf(failure);
    const where = region === undefined ? 'in another region' : `in ${region}`;
    return `${bucket(attempt)} is ${where}, not in ${attempt.place.region}`;
  },
];
const isFull: Row = ['target-full', (attempt) => `${couldNot(attempt)}: ${bucket(attempt)} has no room left`];
const wrongClock: Row = ['target-clock', () => "This machine's clock is too far from that of the store"];
const expired: Row = [
  'target-credentials',
  () => 'The temporary credentials have ended, and what they were made from gave no new ones',
];
const busy: Row = [
  'target-unreachable',
  (attempt) => `${couldNot(attempt)}: the store asked for fewer calls, or had a fault of its own, again and again`,
];
const silent: Row = ['target-unreachable', (attempt, failure) => `${couldNot(attempt)}: ${connectionText(failure)}`];
/**
 * By the codes of S3's errors (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), of Ceph's, MinIO's
 * and IBM's where they have their own, and of Node's connections.
 */
const ROWS: { readonly [code: string]: Row } = {
  PreconditionFailed: ['object-exists', ({ subject }) => `${subject} exists already in the bucket`],
  NoSuchKey: missing,
  NotFound: missing,
  NoSuchVersion: missing,
  NoSuchBucket: ['target-missing', (attempt) => `There is no bucket ${attempt.place.bucket} at this endpoint`],
  AccessDenied: denied,
  AllAccessDisabled: denied,
  AccountProblem: denied,
  MethodNotAllowed: denied,
  InvalidAccessKeyId: badCredentials,
  SignatureDoesNotMatch: badCredentials,
  InvalidSecurity: badCredentials,
  InvalidClientTokenId: badCredentials,
  UnrecognizedClientException: badCredentials,
  IncompleteSignature: badCredentials,
  CredentialsProviderError: [
    'target-credentials',
    () => 'There are no credentials for the store where this process looks for them',
  ],
  InvalidToken: expired,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  PermanentRedirect: wrongRegion,
  Redirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  QuotaExceeded: isFull,
  InsufficientStorage: isFull,
  XMinioStorageFull: isFull,
  XMinioAdminBucketQuotaExceeded: isFull,
  ServiceQuotaExceeded: isFull,
  EntityTooLarge: ['target-failed', (attempt) => `${couldNot(attempt)}: it is larger than the store takes`],
  RequestTimeTooSkewed: wrongClock,
  RequestExpired: wrongClock,
  SlowDown: busy,
  ServiceUnavailable: busy,
  InternalError: busy,
  OperationAborted: busy,
  ConditionalRequestConflict: busy,
  TooManyRequestsException: busy,
  ENOTFOUND: silent,
  EAI_AGAIN: silent,
  ECONNREFUSED: silent,
  ECONNRESET: silent,
  EHOSTUNREACH: silent,
  ENETUNREACH: silent,
  EPIPE: silent,
  ETIMEDOUT: silent,
  TimeoutError: silent,
  RequestTimeout: silent,
  KMSInvalidStateException: keyTrouble('is disabled or is to be deleted'),
  'KMS.DisabledException': keyTrouble('is disabled'),
  'KMS.NotFoundException': keyTrouble('is not there'),
  'KMS.KMSInvalidStateException': keyTrouble('is disabled or is to be deleted'),
};

/** By HTTP status, where the store gives no code that is known. */
const BY_STATUS: { readonly [status: number]: Row } = {
  301: wrongRegion,
  307: wrongRegion,
  403: denied,
  404: missing,
  412: ROWS['PreconditionFailed'] as Row,
  429: busy,
  507: isFull,
  500: busy,
  502: busy,
  503: busy,
  504: busy,
};

function keyTrouble(state: string): Row {
  return [
    'target-failed',
    (attempt) => `${couldNot(attempt)}: the key that the store itself encrypts with ${state}. Switch it on again`,
  ];
}

/** What the SDK or a connection threw, as an error of the vault. */
export function targetFailure(attempt: Attempt, cause: unknown): VaultError {
  if (cause instanceof VaultError) return cause;
  if (cause instanceof RoleRefusedError) return new VaultError('target-credentials', cause.message, cause);
  if (cause instanceof Error && cause.name === 'EgressRefusedError') {
    return new VaultError('target-failed', `The store is not called: ${cause.message}`, cause);
  }
  const failure = cause as Failure;
  const [code, say] = rowOf(failure) ?? [
    'target-failed' as const,
    () => `${couldNot(attempt)} (${codeOf(failure) ?? 'no reason is known'})`,
  ];
  return new VaultError(code, capital(say(attempt, failure)), cause);
}

function rowOf(failure: Failure): Row | undefined {
  const certificate = failure.code?.startsWith('ERR_TLS') || /CERT|SELF_SIGNED/.test(failure.code ?? '');
  if (certificate) return silent;
  const named = ROWS[failure.name ?? ''] ?? ROWS[failure.code ?? ''];
  return named ?? BY_STATUS[failure.$metadata?.httpStatusCode ?? 0];
}

/** The region in which the bucket is, where the store tells. */
export function regionOf(failure: Failure): string | undefined {
  return failure.$response?.headers?.['x-amz-bucket-region'] ?? failure.Region;
}

/** The code of the store or of the connection. */
export function codeOf(cause: unknown): string | undefined {
  const { name, code, $metadata } = cause as Failure;
  const known = [name, code].find((word) => word !== undefined && word !== 'Error' && /^[\w.]{1,64}$/.test(word));
  return known ?? ($metadata?.httpStatusCode === undefined ? undefined : `HTTP ${$metadata.httpStatusCode}`);
}

/** How often the SDK had asked when it gave up. */
export function attemptsOf(cause: unknown): number {
  return (cause as Failure).$metadata?.attempts ?? 1;
}

const CONNECTIONS: { readonly [code: string]: string } = {
  ENOTFOUND: 'its host has no address (DNS)',
  EAI_AGAIN: 'its host could not be looked up (DNS)',
  ECONNREFUSED: 'nothing answers at its address and port',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
};

function connectionText({ code = '' }: Failure): string {
  if (/CERT|SELF_SIGNED|ERR_TLS/.test(code)) return `its TLS certificate is not accepted (${code})`;
  return CONNECTIONS[code] ?? 'the connection broke off, or stayed silent for too long';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
