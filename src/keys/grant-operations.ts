import type { KeyUsage } from '../crypto/key-spec.ts';
import type { Key } from './key.ts';

/** What a grant can give, by the names of the operations (AWS KMS developer guide, "Grants": grant operations). */
export type GrantOperation = keyof typeof GRANT_OPERATIONS;

interface Row {
  /** The usages of keys that have the operation; absent: every key has it. */
  readonly usages?: readonly KeyUsage[];
  /** `symmetric`: only keys that encrypt with one secret; `pair`: only keys with a public half. */
  readonly only?: 'symmetric' | 'pair';
  /** Whether requests bring an encryption context, so that a constraint about it has something to compare. */
  readonly hasContext?: true;
}

const SYMMETRIC_USE = { usages: ['encrypt-decrypt'], only: 'symmetric', hasContext: true } as const satisfies Row;
const ENCRYPTION = { usages: ['encrypt-decrypt'], hasContext: true } as const satisfies Row;
const SIGNING = { usages: ['sign-verify'] } as const satisfies Row;
const MAC = { usages: ['generate-verify-mac'] } as const satisfies Row;
const ENCAPSULATION = { usages: ['encapsulate-decapsulate'] } as const satisfies Row;
const ANY_KEY = {} as const satisfies Row;

const GRANT_OPERATIONS = {
  Decrypt: ENCRYPTION,
  Encrypt: ENCRYPTION,
  GenerateDataKey: SYMMETRIC_USE,
  GenerateDataKeyWithoutPlaintext: SYMMETRIC_USE,
  ReEncryptFrom: ENCRYPTION,
  ReEncryptTo: ENCRYPTION,
  Sign: SIGNING,
  Verify: SIGNING,
  GetPublicKey: { only: 'pair' },
  CreateGrant: ANY_KEY,
  RetireGrant: ANY_KEY,
  DescribeKey: ANY_KEY,
  GenerateDataKeyPair: SYMMETRIC_USE,
  GenerateDataKeyPairWithoutPlaintext: SYMMETRIC_USE,
  GenerateMac: MAC,
  VerifyMac: MAC,
  DeriveSharedSecret: { usages: ['key-agreement'] },
  Decapsulate: ENCAPSULATION,
  Encapsulate: ENCAPSULATION,
} as const satisfies Readonly<Record<string, Row>>;

/** All of them. */
export const GRANT_OPERATION_NAMES = Object.keys(GRANT_OPERATIONS) as readonly GrantOperation[];

/** Whether a key can do an operation at all. */
export function isOperationOf(key: Pick<Key, 'spec' | 'usage'>, operation: GrantOperation): boolean {
  const { usages, only }: Row = GRANT_OPERATIONS[operation];
  if (usages !== undefined && !usages.includes(key.usage)) return false;
  const { family } = key.spec;
  if (only === 'symmetric') return family === 'aes';
  return only === undefined || (family !== 'aes' && family !== 'hmac' && family !== 'secret');
}

/** Whether requests for an operation bring an encryption context. */
export function hasContext(operation: GrantOperation): boolean {
  return (GRANT_OPERATIONS[operation] as Row).hasContext === true;
}

/** The permission that an operation is: `kms:Encrypt`. */
export function actionOf(operation: GrantOperation): string {
  return `kms:${operation}`;
}
