import type { KeyUsage, Origin } from '../crypto/key-spec.ts';

/** The word of the policy language for each usage of a key; the AWS wire has the same. */
export const USAGE_WORDS = {
  'encrypt-decrypt': 'ENCRYPT_DECRYPT',
  'sign-verify': 'SIGN_VERIFY',
  'key-agreement': 'KEY_AGREEMENT',
  'generate-verify-mac': 'GENERATE_VERIFY_MAC',
  'encapsulate-decapsulate': 'ENCAPSULATE_DECAPSULATE',
  // Ours: AWS has no such usage.
  store: 'STORE',
} as const satisfies Record<KeyUsage, string>;

/** The word of the policy language for where material comes from; the AWS wire has the same. */
export const ORIGIN_WORDS = {
  generated: 'AWS_KMS',
  imported: 'EXTERNAL',
  remote: 'EXTERNAL_KEY_STORE',
  hsm: 'AWS_CLOUDHSM',
} as const satisfies Record<Origin, string>;
