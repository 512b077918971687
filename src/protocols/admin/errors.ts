import type { Reason } from '../../access/evaluate.ts';
import { NotAuthenticError } from '../../identity/body.ts';
import { IdentityError } from '../../identity/errors.ts';
import { KeyError } from '../../keys/errors.ts';
import { AccessDeniedError, BusyError, RefusedError, ThrottledError } from '../../pipeline/errors.ts';
import { StoreFullError, UnknownOutcomeError } from '../../records/ports.ts';
import { IDENTITY_REFUSALS } from './identity-errors.ts';
import { keyRefusal } from './key-errors.ts';
import { AdminRefusal, type AdminRefusalCode } from './refusal.ts';

/** An error as it goes to the wire: what was refused and why, and what to do next. */
export interface AdminError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly action?: string;
}

/** A request that is refused before an act can be made of it: its form is wrong. Carries its answer. */
export class RequestError extends RefusedError {
  override readonly name = 'RequestError';
  readonly error: AdminError;

  /** @param reason under which it is recorded, where the answer keeps that to itself */
  constructor(error: AdminError, reason = error.code) {
    super(reason, error.message);
    this.error = error;
  }
}

const ADMIN_REFUSALS: Record<AdminRefusalCode, { readonly status: number; readonly action: string }> = {
  'tenant-not-found': { status: 404, action: 'List the tenants to see their ids.' },
  'region-not-found': { status: 404, action: 'Add the region first, or name one of those that are listed.' },
  'region-exists': { status: 409, action: 'Use it as it is.' },
  'region-not-empty': {
    status: 409,
    action: 'Take them away first: deleted keys by purging them, or wait until they are gone.',
  },
  'session-needed': {
    status: 403,
    action: 'Sign in to the console in a browser and do it there; API keys and access keys are for programs.',
  },
  'sign-in-again': { status: 403, action: 'Prove once more who you are, on this session, and try again.' },
  'reauthentication-refused': { status: 403, action: 'Try again. After several wrong tries, wait a while.' },
  'passkey-refused': { status: 400, action: 'Start again, with a passkey of this device or a security key.' },
  'code-refused': { status: 400, action: 'Scan the code again and enter what the app shows now.' },
  'setup-needed': { status: 400, action: 'Start with setting up the authenticator app.' },
  'password-not-allowed': { status: 409, action: 'Use a passkey. An administrator may change the sign-in settings.' },
  'session-not-found': { status: 404, action: 'List the sessions to see their ids.' },
  'enrolment-not-found': { status: 404, action: 'List the enrolments to see which links are open.' },
  'credential-not-found': { status: 404, action: 'List the credentials to see their ids.' },
  'lifetime-unwanted': { status: 400, action: 'Leave lifetimeSeconds out, or issue a session.' },
  'expiry-unfit': { status: 400, action: 'Give a date in the future; for a session, lifetimeSeconds instead.' },
  'question-malformed': { status: 400, action: 'Ask about a key with its region, or about an environment.' },
  'credential-bounded': { status: 403, action: 'Use a new credential without scopes, or have somebody else issue it.' },
  'lifetime-missing': { status: 400, action: 'Give lifetimeSeconds, 900 to 129600.' },
  'checkpoint-not-found': { status: 404, action: 'Ask again in a few seconds.' },
  'audit-entry-not-found': {
    status: 404,
    action: 'List the entries. What was just done is there after a second or two.',
  },
  'export-too-large': {
    status: 409,
    action: 'Export it in several ranges of times, or all of it with "keystead audit export" on the server.',
  },
  'too-many-streams': { status: 429, action: 'Close a window or a stream, and open one a little later.' },
  'audit-size-unknown': { status: 409, action: 'Name a size from 1 up to that of the newest checkpoint.' },
  'xks-endpoint-not-found': { status: 404, action: 'List the endpoints to see their ids.' },
  'xks-endpoint-exists': { status: 409, action: 'Choose another name, or use the endpoint that is there.' },
  'xks-path-taken': { status: 409, action: 'Choose another path, or leave it out to get one of its own.' },
  'xks-key-not-found': { status: 404, action: 'Look at the endpoint to see the keys that it exposes.' },
  'xks-key-exists': { status: 409, action: 'Choose another id, or hide the other key first.' },
  'xks-key-limit': { status: 409, action: 'Hide keys that nobody uses, or make another endpoint.' },
  'usage-missing': { status: 400, action: 'Say the usage: a key has one for ever.' },
  'usage-unfit': { status: 400, action: 'Choose a usage of that spec, or another spec.' },
  'access-principal-not-found': { status: 404, action: 'List principals and roles to see their names.' },
  'address-refused': {
    status: 400,
    action: 'Give an https:// address that the operator of this server lets it call.',
  },
  'invalid-addresses': { status: 400, action: 'Give blocks of IPv4 or IPv6 addresses, like 192.0.2.0/24.' },
  'key-not-exposable': { status: 400, action: 'Name a symmetric key that was made or imported in that region.' },
};

const BROKEN: AdminError = {
  status: 500,
  code: 'internal',
  message: 'the server failed at this request',
  action: "Look for this request's id in the server's log, and at the state before you try again.",
};

/** Brings any error to the wire. What is not known says nothing of itself: its text may hold what is nobody's business. */
export function adminError(error: unknown): AdminError {
  if (error instanceof RequestError) return error.error;
  if (error instanceof KeyError) return keyRefusal(error);
  if (error instanceof IdentityError)
    return { ...IDENTITY_REFUSALS[error.code], code: error.code, message: error.message };
  if (error instanceof AccessDeniedError) return denied(error);
  if (error instanceof AdminRefusal) return { ...ADMIN_REFUSALS[error.code], code: error.code, message: error.message };
  if (error instanceof RefusedError) return { status: 400, code: error.code, message: error.message };
  const kind = OTHER_ERRORS.find(([type]) => error instanceof type);
  return kind ? kind[1] : BROKEN;
}

function denied({ principalArn, action, resource, decision }: AccessDeniedError): AdminError {
  const what = `${action}${resource === '*' ? '' : ` on ${resource}`}`;
  const { because, action: next } = BY_CREDENTIAL[decision.reason]?.(decision.scopes ?? []) ?? BY_USER;
  return { status: 403, code: 'access-denied', message: `${principalArn} may not ${what}${because}`, action: next };
}

interface Because {
  readonly because: string;
  readonly action: string;
}

const BY_USER: Because = { because: '', action: 'Ask an administrator for a policy that allows it.' };

/** The credential is what refuses it, whatever its user may. */
const BY_CREDENTIAL: Partial<Record<Reason, (scopes: readonly string[]) => Because>> = {
  'denied-by-scope': (scopes) => ({
    because: ` by this credential: ${named(scopes)} ${scopes.length > 1 ? 'deny' : 'denies'} it`,
    action: `Use another credential, or have one issued without ${named(scopes)}.`,
  }),
  'not-allowed-by-scope': (scopes) => ({
    because: ` by this credential: ${named(scopes)} ${scopes.length > 1 ? 'do' : 'does'} not allow it`,
    action: 'Use another credential, or have one issued with a scope that allows it.',
  }),
  'issued-before-appointment': () => ({
    because: ' by this credential: it was issued before its user came to command here',
    action: 'Have a new credential issued for that user, or sign in to the console.',
  }),
};

function named(scopes: readonly string[]): string {
  return `${scopes.length > 1 ? 'its scopes' : 'its scope'} ${scopes.join(', ')}`;
}

const OTHER_ERRORS: readonly (readonly [new (...args: never[]) => Error, AdminError])[] = [
  [
    StoreFullError,
    {
      status: 507,
      code: 'store-full',
      message: 'the disk of the server has no room for this change and its audit entry; nothing was changed',
      action: 'Make room on the disk of the data folder. Disabling and suspending still work.',
    },
  ],
  [
    UnknownOutcomeError,
    {
      status: 503,
      code: 'outcome-unknown',
      message: 'the store went away while it wrote this change: it may or may not have happened',
      action: 'Look at the state first; make the request again only if it did not happen.',
    },
  ],
  [
    BusyError,
    {
      status: 503,
      code: 'busy',
      message: 'other requests keep changing the same records; nothing was changed',
      action: 'Try again in a moment.',
    },
  ],
  [
    ThrottledError,
    {
      status: 429,
      code: 'throttled',
      message: 'your tenant sends more requests than the operator lets one tenant send; nothing was done',
      action: 'Send it again a little later.',
    },
  ],
  [
    NotAuthenticError,
    {
      status: 500,
      code: 'record-not-authentic',
      message: 'a record in the database is not one that this installation wrote',
      action: 'Run "keystead audit verify" on the server, and restore the database from a copy.',
    },
  ],
];
