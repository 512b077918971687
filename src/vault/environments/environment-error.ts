/** Everything that can be wrong with an environment or with what is asked of it. */
export type EnvironmentErrorCode =
  | 'environment-not-found'
  | 'environment-exists'
  | 'label-differs'
  | 'registration-stands'
  | 'hold-stands'
  | 'store-locked'
  | 'former-storages-stand'
  | 'storage-read-only'
  | 'vault-missing'
  | 'vault-not-expected'
  | 'import-failed'
  | 'storage-malformed'
  | 'credentials-not-lent'
  | 'credentials-malformed'
  | 'encryption-mismatch'
  | 'operator-missing'
  | 'provider-not-implemented'
  | 'encryption-required'
  | 'path-malformed'
  | 'path-outside-roots'
  | 'place-taken'
  | 'place-not-found'
  | 'hosted-storage-missing'
  | 'path-changed'
  | 'master-key-malformed'
  | 'region-mismatch'
  | 'preflight-failed'
  | 'rewrap-pending'
  | 'run-not-found'
  | 'run-in-progress'
  | 'run-ended'
  | 'server-busy'
  | 'clock-doubted'
  | 'source-missing'
  | 'source-not-found'
  | 'source-exists'
  | 'source-not-here'
  | 'source-malformed'
  | 'command-not-allowed'
  | 'schedule-malformed'
  | 'schedule-not-found'
  | 'channel-malformed'
  | 'channel-exists'
  | 'channel-not-found'
  | 'alert-not-found'
  | 'same-master-key'
  | 'agent-not-found'
  | 'agent-exists'
  | 'agent-not-yours'
  | 'agent-not-invited'
  | 'agent-not-enrolled'
  | 'agent-left-behind'
  | 'agent-storage'
  | 'agent-busy'
  | 'retention-malformed'
  | 'hold-not-found'
  | 'hold-released'
  | 'release-missing'
  | 'second-person-missing'
  | 'record-not-authentic';

/** A refusal of the environment domain: what was refused, why, and what to do. It holds no secret. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code: EnvironmentErrorCode;

  constructor(code: EnvironmentErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The record of `what` does not bear the seal of its tenant, or is another than it stands for. */
export function notAuthentic(what: string): EnvironmentError {
  return new EnvironmentError(
    'record-not-authentic',
    `The record of ${what} is not one that this installation wrote: run "keystead audit verify"`,
  );
}
