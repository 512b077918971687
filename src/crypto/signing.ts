import type { KeyObject } from 'node:crypto';
import type { EvpSignature } from './evp/signature.ts';
import type { KeySpecRow, MlDsaName } from './key-spec.ts';
import { after, ofModulusLength, prehashed, sha512, whole, type HashName, type MessageForm } from './message-form.ts';
import { sm2Digest } from './sm2-digest.ts';

/** What a message to be signed is: the message, a digest of it, or ML-DSA's representative of message and key. */
export type MessageType = 'RAW' | 'DIGEST' | 'EXTERNAL_MU';

interface SigningAlgorithm {
  readonly families: readonly KeySpecRow['family'][];
  /** Name of the hash, for people and pages. */
  readonly hash: string;
  /** The message types that it takes. */
  readonly forms: { readonly [Type in MessageType]?: MessageForm };
}

const DIGEST_LENGTH = { sha256: 32, sha384: 48, sha512: 64 } as const;

function ecdsa(hash: HashName): SigningAlgorithm {
  // DER of two integers of at most 66 bytes each.
  const scheme = { maxLength: 144 };
  return {
    families: ['ec'],
    hash,
    forms: { RAW: whole(hash), DIGEST: prehashed(DIGEST_LENGTH[hash], () => scheme) },
  };
}

/** RFC 8017 section 8.2. */
function rsaPkcs1(hash: HashName): SigningAlgorithm {
  const settings = [
    ['rsa_padding_mode', 'pkcs1'],
    ['digest', hash],
  ] as const;
  return rsa(hash, whole(hash), settings);
}

/** RFC 8017 section 8.1, with a salt as long as the hash, no longer and no shorter, and MGF1 with the same hash. */
function rsaPss(hash: HashName): SigningAlgorithm {
  const settings = [
    ['rsa_padding_mode', 'pss'],
    ['digest', hash],
    ['rsa_pss_saltlen', 'digest'],
  ] as const;
  return rsa(hash, whole(hash, 'pss'), settings);
}

function rsa(hash: HashName, raw: MessageForm, settings: NonNullable<EvpSignature['settings']>): SigningAlgorithm {
  const scheme = { settings, maxLength: 512 };
  const digest = prehashed(DIGEST_LENGTH[hash], () => scheme);
  return { families: ['rsa'], hash, forms: { RAW: ofModulusLength(raw), DIGEST: ofModulusLength(digest) } };
}

/** FIPS 186-5 section 7.8. OpenSSL takes the digest; AWS makes one of the digest that it is given. */
const ED25519_PH: EvpSignature = { fetched: { name: 'ED25519ph', begin: 'ex2' }, maxLength: 64 };

/** FIPS 204 section 6.2: mu is computed by the owner of the message. Signatures are hedged. */
function externalMu(key: KeyObject): EvpSignature {
  return ML_DSA_MU[key.asymmetricKeyType as MlDsaName];
}

function mlDsaMu(level: number, maxLength: number): EvpSignature {
  return { fetched: { name: `ML-DSA-${level}`, begin: 'message' }, settings: [['mu', '1']], maxLength };
}

const ML_DSA_MU: Record<MlDsaName, EvpSignature> = {
  'ml-dsa-44': mlDsaMu(44, 2420),
  'ml-dsa-65': mlDsaMu(65, 3309),
  'ml-dsa-87': mlDsaMu(87, 4627),
};

/** DER of two integers of at most 33 bytes each. */
const SM2: EvpSignature = { maxLength: 72 };
const sm2Form = prehashed(32, () => SM2);

/** Signing algorithms by their names on the AWS wire. */
export const SIGNING_ALGORITHMS = {
  RSASSA_PSS_SHA_256: rsaPss('sha256'),
  RSASSA_PSS_SHA_384: rsaPss('sha384'),
  RSASSA_PSS_SHA_512: rsaPss('sha512'),
  RSASSA_PKCS1_V1_5_SHA_256: rsaPkcs1('sha256'),
  RSASSA_PKCS1_V1_5_SHA_384: rsaPkcs1('sha384'),
  RSASSA_PKCS1_V1_5_SHA_512: rsaPkcs1('sha512'),
  ECDSA_SHA_256: ecdsa('sha256'),
  ECDSA_SHA_384: ecdsa('sha384'),
  ECDSA_SHA_512: ecdsa('sha512'),
  ED25519_SHA_512: { families: ['edwards'], hash: 'sha512', forms: { RAW: whole(null) } },
  ED25519_PH_SHA_512: {
    families: ['edwards'],
    hash: 'sha512',
    forms: {
      DIGEST: after(
        sha512,
        prehashed(64, () => ED25519_PH),
        64,
      ),
    },
  },
  ML_DSA_SHAKE_256: {
    families: ['ml-dsa'],
    hash: 'shake256',
    forms: { RAW: whole(null), EXTERNAL_MU: prehashed(64, externalMu) },
  },
  SM2DSA: { families: ['sm2'], hash: 'sm3', forms: { RAW: after(sm2Digest, sm2Form), DIGEST: sm2Form } },
} as const satisfies Record<string, SigningAlgorithm>;

export type SigningAlgorithmName = keyof typeof SIGNING_ALGORITHMS;

function formOf(algorithm: SigningAlgorithmName, messageType: MessageType): MessageForm | undefined {
  const row: SigningAlgorithm = SIGNING_ALGORITHMS[algorithm];
  return row.forms[messageType];
}

/** Why a message cannot be signed or verified so, in words for its sender. `undefined`: it can. */
export function messageProblem(
  algorithm: SigningAlgorithmName,
  message: Uint8Array,
  messageType: MessageType,
): string | undefined {
  const form = formOf(algorithm, messageType);
  if (form === undefined) return `Algorithm ${algorithm} is incompatible with message type ${messageType}.`;
  if (form.length === undefined || form.length === message.byteLength) return undefined;
  return `Digest is invalid length for algorithm ${algorithm}.`;
}

function usableForm(algorithm: SigningAlgorithmName, message: Uint8Array, messageType: MessageType): MessageForm {
  const problem = messageProblem(algorithm, message, messageType);
  if (problem !== undefined) throw new TypeError(problem);
  return formOf(algorithm, messageType) as MessageForm;
}

/**
 * Signs a message. ECDSA and SM2 signatures are DER, the others of fixed length.
 *
 * @throws {TypeError} where {@link messageProblem} has something to say
 * @throws {OpenSslUnreachable} for what needs OpenSSL's own functions: digests, SM2, Ed25519ph, external mu
 */
export function sign(
  algorithm: SigningAlgorithmName,
  key: KeyObject,
  message: Uint8Array,
  messageType: MessageType,
): Buffer {
  return usableForm(algorithm, message, messageType).sign(key, message);
}

/**
 * The same on a thread of the runtime's pool, for keys whose spec asks for it. The message is left alone until then.
 * Throws at once, or fails, as {@link sign} does.
 */
export function signAside(
  algorithm: SigningAlgorithmName,
  key: KeyObject,
  message: Uint8Array,
  messageType: MessageType,
): Promise<Buffer> {
  return usableForm(algorithm, message, messageType).signAside(key, message);
}

/** Whether a signature is one of this message. The key may be either half. Throws as {@link sign} does. */
export function verify(
  algorithm: SigningAlgorithmName,
  publicKey: KeyObject,
  message: Uint8Array,
  messageType: MessageType,
  signature: Uint8Array,
): boolean {
  return usableForm(algorithm, message, messageType).verify(publicKey, message, signature);
}
