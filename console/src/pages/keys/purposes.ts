/** What a key is made for, in the words of those who need one. */
export interface Purpose {
  readonly id: 'encrypt' | 'encrypt-to-us' | 'sign' | 'authenticate' | 'agree' | 'encapsulate';
  readonly title: string;
  readonly about: string;
  readonly usage:
    | 'encrypt-decrypt'
    | 'sign-verify'
    | 'generate-verify-mac'
    | 'key-agreement'
    | 'encapsulate-decapsulate';
  /** The first is the one to take who has no reason for another. */
  readonly specs: readonly string[];
  /** Others, whose material one may bring, and that are not made here. */
  readonly broughtOnly?: readonly string[];
}

export const PURPOSES: readonly Purpose[] = [
  {
    id: 'encrypt',
    title: 'Encrypt data and backups',
    about: 'The usual one: services ask it for data keys, or have small things encrypted.',
    usage: 'encrypt-decrypt',
    specs: ['aes-256'],
    broughtOnly: ['aes-128', 'aes-192'],
  },
  {
    id: 'sign',
    title: 'Sign',
    about: 'Releases, tokens, documents. Whoever has the public key can verify, without asking here.',
    usage: 'sign-verify',
    specs: [
      'ec-p256',
      'ec-p384',
      'ec-p521',
      'ed25519',
      'rsa-3072',
      'rsa-4096',
      'rsa-2048',
      'ml-dsa-65',
      'ml-dsa-44',
      'ml-dsa-87',
      'ec-secp256k1',
      'sm2',
    ],
  },
  {
    id: 'authenticate',
    title: 'Authenticate messages',
    about: 'A MAC under a secret that both sides ask this server for: webhooks, cookies.',
    usage: 'generate-verify-mac',
    specs: ['hmac-256', 'hmac-384', 'hmac-512', 'hmac-224'],
  },
  {
    id: 'encrypt-to-us',
    title: 'Let others encrypt to you',
    about: 'They take the public key; only this key decrypts.',
    usage: 'encrypt-decrypt',
    specs: ['rsa-3072', 'rsa-4096', 'rsa-2048', 'sm2'],
  },
  {
    id: 'agree',
    title: 'Agree on secrets',
    about: 'ECDH with the public key of somebody else.',
    usage: 'key-agreement',
    specs: ['ec-p256', 'ec-p384', 'ec-p521', 'sm2'],
  },
  {
    id: 'encapsulate',
    title: 'Agree on secrets that hold against quantum computers',
    about: 'ML-KEM: the other side encapsulates a secret to the public key.',
    usage: 'encapsulate-decapsulate',
    specs: ['ml-kem-768', 'ml-kem-512', 'ml-kem-1024'],
  },
];

/** Specs whose material one may bring. */
export const broughtOf = ({ specs, broughtOnly = [] }: Purpose): readonly string[] => [...specs, ...broughtOnly];

export const purposeOf = (id: string): Purpose =>
  PURPOSES.find((purpose) => purpose.id === id) ?? (PURPOSES[0] as Purpose);
