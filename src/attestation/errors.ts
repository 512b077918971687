/** What is wrong with an attestation. */
export type AttestationErrorCode =
  /** It is no attestation document of the form that AWS Nitro gives. */
  | 'malformed'
  /** Its certificates do not lead to a root that is trusted here. */
  | 'untrusted'
  /** One of its certificates is not valid at this time. */
  | 'certificate-expired'
  /** It was not signed by the key of its own certificate. */
  | 'wrong-signature'
  /** It was made too long ago, or in the future. */
  | 'stale'
  /** It names no public key that an answer could be encrypted to. */
  | 'no-public-key';

/** Why an attestation is not believed. The message says what was wrong and what would be right; it quotes no input. */
export class AttestationError extends Error {
  override readonly name = 'AttestationError';
  readonly code: AttestationErrorCode;

  constructor(code: AttestationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function malformed(message: string): AttestationError {
  return new AttestationError('malformed', message);
}
