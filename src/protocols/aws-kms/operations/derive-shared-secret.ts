import { deriveSharedSecret as deriveBy } from '../../../keys/shared-secret.ts';
import { andThen } from '../../../records/ports.ts';
import { RECIPIENT_NOTE } from '../recipient.ts';
import { useOfKey } from './use-key.ts';
import { ORIGINS } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html */
export const deriveSharedSecret = useOfKey<'DeriveSharedSecret'>({
  action: 'kms:DeriveSharedSecret',
  notes: `a public key is taken with its curve by name only; ${RECIPIENT_NOTE}`,
  details: ({ KeyAgreementAlgorithm }) => ({ keyAgreementAlgorithm: KeyAgreementAlgorithm }),
  run(open, { KeyAgreementAlgorithm, PublicKey }, nowMs) {
    return andThen(deriveBy(open, KeyAgreementAlgorithm, PublicKey, nowMs), ({ sharedSecret, version }) => ({
      answer: { SharedSecret: sharedSecret, KeyAgreementAlgorithm, KeyOrigin: ORIGINS[open.key.origin] },
      version,
    }));
  },
});
