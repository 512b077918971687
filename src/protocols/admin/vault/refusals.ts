import { EnvironmentError, type EnvironmentErrorCode } from '../../../vault/environments/environment-error.ts';
import { RequestError } from '../errors.ts';

/** How each refusal of the environment domain stands on the wire. Its text says already what to do. */
const STATUS: Record<EnvironmentErrorCode, number> = {
  'environment-not-found': 404,
  'environment-exists': 409,
  'label-differs': 409,
  'registration-stands': 409,
  'hold-stands': 409,
  'store-locked': 409,
  'former-storages-stand': 409,
  'storage-read-only': 409,
  'vault-missing': 404,
  'vault-not-expected': 409,
  'import-failed': 422,
  'storage-malformed': 400,
  'credentials-not-lent': 403,
  'credentials-malformed': 400,
  'encryption-mismatch': 400,
  'operator-missing': 409,
  'provider-not-implemented': 501,
  'encryption-required': 400,
  'path-malformed': 400,
  'path-outside-roots': 403,
  'place-taken': 409,
  'place-not-found': 404,
  'hosted-storage-missing': 503,
  'path-changed': 409,
  'master-key-malformed': 400,
  'region-mismatch': 400,
  'preflight-failed': 422,
  'rewrap-pending': 409,
  'run-not-found': 404,
  'run-in-progress': 409,
  'run-ended': 409,
  'server-busy': 503,
  'clock-doubted': 503,
  'source-missing': 400,
  'source-not-found': 404,
  'source-exists': 409,
  'source-not-here': 409,
  'source-malformed': 400,
  'command-not-allowed': 403,
  'schedule-malformed': 400,
  'schedule-not-found': 404,
  'channel-malformed': 400,
  'channel-exists': 409,
  'channel-not-found': 404,
  'alert-not-found': 404,
  'same-master-key': 409,
  'agent-not-found': 404,
  'agent-exists': 409,
  'agent-not-yours': 403,
  'agent-not-invited': 409,
  'agent-not-enrolled': 409,
  'agent-left-behind': 409,
  'agent-storage': 409,
  'agent-busy': 503,
  'retention-malformed': 400,
  'hold-not-found': 404,
  'hold-released': 409,
  'release-missing': 409,
  'second-person-missing': 403,
  'record-not-authentic': 500,
};

/** Does work of the environment domain; what it refuses is recorded and told as a refusal. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    throw new RequestError({ status: STATUS[error.code], code: error.code, message: error.message });
  }
}
