import { shellLine } from '../../../commands/shell-line.ts';
import { importable } from './importable.ts';
import type { Way } from './plan.ts';

/** What the script is called that wraps in an HSM. */
export const WRAP_IN_HSM = 'wrap-in-hsm.py';

/** Commands for a POSIX shell, a line each, that somebody runs where the material is. */
type Lines = readonly string[];

const OAEP = '-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256';
/** Makes material with OpenSSL: raw bytes of a secret key, PKCS#8 in DER of a pair. None: today's OpenSSL knows no such keys. */
export function makingCommands(spec: string): Lines {
  const { length, openssl } = importable(spec);
  if (length !== undefined) return [`openssl rand -out material.bin ${length}`];
  if (openssl === undefined) return [];
  return [
    `openssl genpkey ${openssl} -outform DER -out key.der`,
    'openssl pkcs8 -topk8 -nocrypt -inform DER -in key.der -outform DER -out material.bin',
  ];
}

/** Tells the check value of material (docs/spec/key-hierarchy.md, docs/spec/key-specs.md). */
export function checkValueCommands(spec: string): Lines {
  const { length, openssl } = importable(spec);
  if (length !== undefined)
    return [
      `printf keystead/key-check-value/v1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(od -An -vtx1 material.bin | tr -d ' \\n') | tail -c 65 | head -c 16`,
    ];
  return openssl === undefined
    ? []
    : ['openssl pkey -inform DER -in material.bin -pubout -outform DER | openssl dgst -sha256 -r'];
}

/** Wraps material with OpenSSL as the AWS way takes it. */
export function wrappingCommands(algorithm: string): Lines {
  const encrypt = (from: string) =>
    `openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping-key.der -in ${from} -out wrapped.bin ${OAEP}`;
  if (!algorithm.startsWith('RSA_AES_KEY_WRAP')) return [encrypt('material.bin')];
  return [
    'openssl rand -out once.bin 32',
    encrypt('once.bin'),
    `openssl enc -id-aes256-wrap-pad -iv A65959A6 -K $(od -An -vtx1 once.bin | tr -d ' \\n') -in material.bin >> wrapped.bin`,
    'rm once.bin',
  ];
}

/** An HSM as its owner names it: the PKCS #11 library, and the id of the key in hexadecimal digits. */
export interface HsmPlace {
  readonly module: string;
  readonly keyId: string;
}

/**
 * Makes the key in the HSM, in a form that may leave it wrapped. None: pkcs11-tool makes no such keys. The IBM way takes an
 * AES key that encrypts, for the nonce; the AWS way a generic secret, with which an HSM computes the check value.
 */
export function hsmMakingCommands(spec: string, { module, keyId }: HsmPlace, way: Way = 'aws'): Lines {
  const { hsm, length } = importable(spec);
  const kind = way === 'ibm' && length !== undefined ? `--keygen --key-type AES:${length} --usage-decrypt` : hsm;
  if (kind === undefined) return [];
  const [where, which] = [shellLine(['--module', module]), shellLine(['--id', keyId])];
  return [`pkcs11-tool ${where} --login ${kind} --sensitive --extractable ${which} --label keystead`];
}

/** What the IBM way takes, whoever wraps. */
export const IBM_ALGORITHM = 'RSAES_OAEP_SHA_256';

/**
 * Wraps it there. pkcs11-tool wraps under no OAEP up to version 0.26, so a script goes along that does; with the nonce of
 * an import token it seals that under the key as well.
 */
export function hsmWrappingCommands(algorithm: string, { module, keyId }: HsmPlace, nonce?: string): Lines {
  const words = [
    '--module',
    module,
    '--key',
    keyId,
    '--algorithm',
    algorithm,
    ...(nonce === undefined ? [] : ['--nonce', nonce, '--proof', 'proof.txt']),
    'wrapping-key.der',
    'wrapped.bin',
  ];
  return [`python3 ${WRAP_IN_HSM} ${shellLine(words)}`];
}

/** Wraps material and seals the nonce of the import token as the IBM way takes both. OpenSSL's command has no AES-GCM. */
export function ibmCommands(nonce: string): Lines {
  return [
    `openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping-key.der -in material.bin -out wrapped.bin ${OAEP}`,
    `python3 -c "import base64, os; from cryptography.hazmat.primitives.ciphers.aead import AESGCM; iv = os.urandom(12); print('iv:', base64.b64encode(iv).decode()); print('nonce:', base64.b64encode(AESGCM(open('material.bin', 'rb').read()).encrypt(iv, base64.b64decode('${nonce}'), None)).decode())" > proof.txt`,
  ];
}
