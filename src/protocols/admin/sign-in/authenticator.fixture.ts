import { encode } from 'cborg';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

/** What a browser asks an authenticator for. */
interface Asked {
  readonly challenge: string;
}

/** What may be wrong with what it answers. */
export interface Amiss {
  readonly origin?: string;
  readonly rpId?: string;
  /** Nobody was verified: a touch and no more. */
  readonly isUnverified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  /** Who vouches for a new passkey: its own key, or an authenticator's with this certificate. */
  readonly attestedBy?: 'itself' | { readonly key: KeyObject; readonly certificate: Buffer };
}

/** A passkey with all that its authenticator holds of it: the key is PKCS#8, PEM. */
interface Kept {
  readonly credentialId: string;
  readonly privateKey: string;
  readonly userHandle: string;
  readonly counter: number;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

/**
 * An authenticator with one passkey: WebAuthn level 3 section 6, with attestation "none" and ES256. What it answers is
 * what a browser hands to the page, as JSON.
 */
export class Authenticator {
  readonly #origin: string;
  readonly #rpId: string;
  readonly #privateKey: KeyObject;
  readonly credentialId: string;
  #counter: number;
  #userHandle: string;

  /** @param kept - what an authenticator held, unless it is a new one */
  constructor(origin: string, kept?: Kept) {
    this.#origin = origin;
    this.#rpId = new URL(origin).hostname;
    this.#privateKey = kept
      ? createPrivateKey(kept.privateKey)
      : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    this.credentialId = kept?.credentialId ?? randomBytes(32).toString('base64url');
    this.#counter = kept?.counter ?? 0;
    this.#userHandle = kept?.userHandle ?? '';
  }

  keep(): Kept {
    return {
      credentialId: this.credentialId,
      privateKey: this.#privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      userHandle: this.#userHandle,
      counter: this.#counter,
    };
  }

  create(options: Asked & { readonly user: { readonly id: string } }, amiss: Amiss = {}) {
    this.#userHandle = options.user.id;
    const id = Buffer.from(this.credentialId, 'base64url');
    const idLength = Buffer.alloc(2);
    idLength.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), idLength, id, coseOf(createPublicKey(this.#privateKey))]);
    const authData = Buffer.concat([this.#authData(amiss, ATTESTED), attested]);
    const clientData = this.#clientData('webauthn.create', options, amiss);
    const attestation = new Map<string, unknown>([
      ['fmt', amiss.attestedBy === undefined ? 'none' : 'packed'],
      ['attStmt', this.#statement(amiss, authData, clientData)],
      ['authData', authData],
    ]);
    return {
      id: this.credentialId,
      rawId: this.credentialId,
      type: 'public-key' as const,
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: Buffer.from(encode(attestation)).toString('base64url'),
        transports: ['internal' as const],
      },
      clientExtensionResults: {},
    };
  }

  get(options: Asked, amiss: Amiss = {}) {
    const clientData = this.#clientData('webauthn.get', options, amiss);
    const authData = this.#authData(amiss, 0);
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
    return {
      id: this.credentialId,
      rawId: this.credentialId,
      type: 'public-key' as const,
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, this.#privateKey).toString('base64url'),
        userHandle: amiss.userHandle ?? this.#userHandle,
      },
      clientExtensionResults: {},
    };
  }

  /** WebAuthn level 3 section 8.2. */
  #statement({ attestedBy }: Amiss, authData: Buffer, clientData: Buffer): Map<string, unknown> {
    if (attestedBy === undefined) return new Map();
    const key = attestedBy === 'itself' ? this.#privateKey : attestedBy.key;
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
    const statement = new Map<string, unknown>([
      ['alg', -7],
      ['sig', sign('sha256', signed, key)],
    ]);
    return attestedBy === 'itself' ? statement : statement.set('x5c', [attestedBy.certificate]);
  }

  #clientData(type: string, { challenge }: Asked, { origin = this.#origin }: Amiss): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #authData({ rpId = this.#rpId, isUnverified, counter }: Amiss, flags: number): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt8(flags | USER_PRESENT | (isUnverified === true ? 0 : USER_VERIFIED));
    head.writeUInt32BE(counter ?? (this.#counter += 1), 1);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), head]);
  }
}

/** COSE_Key of a key on P-256: RFC 9053 section 7.1.1, for ES256. */
function coseOf(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
  const point = (text: string) => Buffer.from(text, 'base64url');
  return Buffer.from(
    encode(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, point(x)],
        [-3, point(y)],
      ]),
    ),
  );
}
