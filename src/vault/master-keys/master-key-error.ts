import { RoleRefusedError } from '../../clients/aws/role-refused-error.ts';

/** Everything that a master key can answer instead of doing its work. */
export type MasterKeyFailure =
  | 'disabled'
  | 'pending-deletion'
  | 'material-missing'
  | 'expired'
  | 'deleted'
  | 'denied'
  | 'throttled'
  | 'unreachable'
  | 'offline'
  | 'wrong-context-or-tampered';

interface FailureText {
  readonly what: string;
  readonly next: string;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly transient: boolean;
}

const TEXTS: Record<MasterKeyFailure, FailureText> = {
  disabled: {
    what: 'is disabled',
    next: 'Enable it again to read and write backups; nothing is lost while it is off.',
    transient: false,
  },
  'pending-deletion': {
    what: 'is scheduled for deletion',
    next: 'Cancel the deletion, then enable the key. When it is deleted, every backup that only it opens is lost for good.',
    transient: false,
  },
  'material-missing': {
    what: 'has no key material (it expired or was removed)',
    next: 'Import the same key material again.',
    transient: false,
  },
  expired: {
    what: 'has expired: it wraps nothing new',
    next: 'Move the backups to another key; what this one has wrapped still opens where its provider lets it.',
    transient: false,
  },
  deleted: {
    what: 'does not exist any more',
    next: 'Backups that only this key opens are unreadable for good. Use another recipient of the same backups, if there is one.',
    transient: false,
  },
  denied: {
    what: 'refused the call: the credentials are missing, wrong or expired, or have no permission for it',
    next: 'Check the credentials, or allow the operation for this principal in the key policy, then try again.',
    transient: false,
  },
  throttled: { what: 'answered that there are too many calls', next: 'Try again in a moment.', transient: true },
  unreachable: {
    what: 'could not be reached',
    next: 'Check the network, the endpoint and the region, then try again.',
    transient: true,
  },
  offline: {
    what: 'only wraps here: its private half is kept elsewhere',
    next: 'Use another master key of the same backups, or bring the file with the private half.',
    transient: false,
  },
  'wrong-context-or-tampered': {
    what: 'did not accept a wrapped key: it was changed, or belongs to another key, tenant, environment or purpose',
    next: 'Treat this as an alarm: compare the envelope with a copy of the store, and do not use what it names.',
    transient: false,
  },
};

interface MasterKeyErrorOptions {
  readonly cause?: unknown;
  readonly deletionDateMs?: number;
  readonly others?: readonly MasterKeyError[];
}

/** A master key said no. The text says what happened and what to do; it holds no key and no wrapped key. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
  readonly code: MasterKeyFailure;
  readonly keyId: string;
  /** Milliseconds since 1970 at which a key in `pending-deletion` goes, where the provider tells. */
  readonly deletionDateMs: number | undefined;
  /** What further recipients answered, where several were asked. */
  readonly others: readonly MasterKeyError[];

  constructor(code: MasterKeyFailure, keyId: string, options: MasterKeyErrorOptions = {}) {
    const { what, next } = textOf(code, options.cause);
    const where = code === 'unreachable' ? placeOf(options.cause) : '';
    const date = options.deletionDateMs === undefined ? '' : ` on ${new Date(options.deletionDateMs).toISOString()}`;
    const others = (options.others ?? []).map(
      (other) => ` The master key ${other.keyId} ${textOf(other.code, other.cause).what}.`,
    );
    super(`The master key ${keyId} ${what}${where}${date}. ${next}${others.join('')}`, { cause: options.cause });
    this.code = code;
    this.keyId = keyId;
    this.deletionDateMs = options.deletionDateMs;
    this.others = options.others ?? [];
  }

  /** The same refusal, with those of the other recipients that were asked. */
  beside(others: readonly MasterKeyError[]): MasterKeyError {
    if (others.length === 0) return this;
    const { code, keyId, cause, deletionDateMs } = this;
    return new MasterKeyError(code, keyId, { cause, others, ...(deletionDateMs !== undefined && { deletionDateMs }) });
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  get transient(): boolean {
    return TEXTS[this.code].transient;
  }
}

/** What a code means; where it was a role that let nobody in, the key itself was not even asked. */
function textOf(code: MasterKeyFailure, cause: unknown): Pick<FailureText, 'what' | 'next'> {
  if (!(cause instanceof RoleRefusedError)) return TEXTS[code];
  return {
    what: `could not be asked: ${cause.message.charAt(0).toLowerCase()}${cause.message.slice(1)}`,
    next: 'Check the credentials and the trust policy of the role ("keystead vault policy --for trust" writes it), then try again.',
  };
}

/** The address that did not answer, as the system's own error names it: it may be that of the tokens, and not the key's. */
function placeOf(cause: unknown): string {
  for (let at = cause, depth = 0; at instanceof Error && depth < 5; depth++) {
    const { code, hostname, address, port } = at as NodeJS.ErrnoException & {
      readonly hostname?: string;
      readonly address?: string;
      readonly port?: number;
    };
    const host = hostname ?? address;
    if (code !== undefined && host !== undefined) return ` (${host}${port === undefined ? '' : `:${port}`}: ${code})`;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return '';
}
