import type { KeySummary } from '@keystead/sdk';
import type { Tone } from '../../ui/state-badge.tsx';

/** What a list knows of a key. */
export type ListedKey = KeySummary;
export type KeyState = KeySummary['state'];

interface StateWords {
  readonly tone: Tone;
  readonly word: string;
  /** What it means for those who use the key. */
  readonly meaning: string;
}

/** The states of a key, in the words of the field. */
export const STATES: Record<KeyState, StateWords> = {
  enabled: { tone: 'good', word: 'Enabled', meaning: 'It works.' },
  disabled: { tone: 'off', word: 'Disabled', meaning: 'Every use is refused until somebody enables it again.' },
  deactivated: {
    tone: 'waiting',
    word: 'Expired',
    meaning: 'Its time to protect data is over. What it protects can still be read over the IBM API.',
  },
  'pending-import': {
    tone: 'waiting',
    word: 'Pending import',
    meaning: 'It waits for material of yours, and works for nothing until that is there.',
  },
  unavailable: { tone: 'bad', word: 'Unavailable', meaning: 'The key store that holds it cannot be reached.' },
  'pending-deletion': {
    tone: 'bad',
    word: 'Pending deletion',
    meaning: 'Every use is refused. Until the date of its deletion it can be called back.',
  },
  'pending-replica-deletion': {
    tone: 'bad',
    word: 'Pending replica deletion',
    meaning: 'Its own waiting time begins when the last replica is gone.',
  },
  deleted: {
    tone: 'bad',
    word: 'Deleted',
    meaning: 'Every use is refused. It can be restored for 30 days.',
  },
  gone: { tone: 'off', word: 'Gone', meaning: 'Its material is destroyed.' },
};

export const ORIGINS: Record<KeySummary['origin'], string> = {
  generated: 'Made here',
  imported: 'Your own material',
  remote: 'External key store',
  hsm: 'HSM',
};

export const USAGES: Readonly<Record<string, string>> = {
  'encrypt-decrypt': 'Encrypt and decrypt',
  'sign-verify': 'Sign and verify',
  'key-agreement': 'Agree on secrets',
  'generate-verify-mac': 'Authenticate messages',
  'encapsulate-decapsulate': 'Encapsulate secrets',
  store: 'Stored secret',
};

export const SPECS: Readonly<Record<string, string>> = {
  'aes-128': 'AES-128',
  'aes-192': 'AES-192',
  'aes-256': 'AES-256',
  'rsa-2048': 'RSA 2048',
  'rsa-3072': 'RSA 3072',
  'rsa-4096': 'RSA 4096',
  'ec-p256': 'ECC P-256',
  'ec-p384': 'ECC P-384',
  'ec-p521': 'ECC P-521',
  'ec-secp256k1': 'ECC secp256k1',
  ed25519: 'Ed25519',
  'hmac-224': 'HMAC 224',
  'hmac-256': 'HMAC 256',
  'hmac-384': 'HMAC 384',
  'hmac-512': 'HMAC 512',
  'ml-dsa-44': 'ML-DSA 44',
  'ml-dsa-65': 'ML-DSA 65',
  'ml-dsa-87': 'ML-DSA 87',
  'ml-kem-512': 'ML-KEM 512',
  'ml-kem-768': 'ML-KEM 768',
  'ml-kem-1024': 'ML-KEM 1024',
  sm2: 'SM2',
  secret: 'Secret',
};

export const specName = (spec: string): string => SPECS[spec] ?? spec;
export const usageName = (usage: string): string => USAGES[usage] ?? usage;

/** An alias as people say it. */
export const aliasName = (alias: string): string => alias.replace(/^alias\//, '');

/** What a key is called: its first alias, else its name, else the beginning of its id. */
export function keyName({ aliases, name, keyId }: Pick<ListedKey, 'aliases' | 'name' | 'keyId'>): string {
  const [alias] = aliases;
  return alias !== undefined ? aliasName(alias) : (name ?? shortId(keyId));
}

export function shortId(keyId: string): string {
  return keyId.startsWith('mrk-') ? `${keyId.slice(0, 12)}…` : `${keyId.slice(0, 8)}…`;
}

/** Whether the key is a pair: what has a public half. */
export function isPair(spec: string): boolean {
  return /^(rsa|ec|ed25519|ml|sm2)/.test(spec);
}
