import { materialLength } from './material.ts';

/** Commands for a POSIX shell, a line each, that somebody runs where the material is. */
type Lines = readonly string[];

const OAEP = '-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256';
const CURVES: Readonly<Record<string, string>> = {
  'ec-p256': 'P-256',
  'ec-p384': 'P-384',
  'ec-p521': 'P-521',
  'ec-secp256k1': 'secp256k1',
};

/** Makes material with OpenSSL: raw bytes of a secret key, PKCS#8 in DER of a pair. */
export function makingCommands(spec: string): Lines {
  const length = materialLength(spec);
  if (length !== undefined) return [`openssl rand -out material.bin ${length}`];
  const curve = CURVES[spec];
  const kind =
    curve === undefined
      ? `-algorithm RSA -pkeyopt rsa_keygen_bits:${spec.replace('rsa-', '')}`
      : `-algorithm EC -pkeyopt ec_paramgen_curve:${curve}`;
  return [
    `openssl genpkey ${kind} -outform DER -out key.der`,
    'openssl pkcs8 -topk8 -nocrypt -inform DER -in key.der -outform DER -out material.bin',
  ];
}

/** Tells the check value of material (docs/spec/key-hierarchy.md, docs/spec/key-specs.md). */
export function checkValueCommands(spec: string): Lines {
  return materialLength(spec) === undefined
    ? ['openssl pkey -inform DER -in material.bin -pubout -outform DER | openssl dgst -sha256 -r']
    : [
        `printf keystead/key-check-value/v1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(od -An -vtx1 material.bin | tr -d ' \\n') | tail -c 65 | head -c 16`,
      ];
}

/** Wraps material with OpenSSL as the AWS way takes it. */
export function wrappingCommands(takesAnyLength: boolean): Lines {
  const encrypt = (from: string) =>
    `openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping-key.der -in ${from} -out wrapped.bin ${OAEP}`;
  if (!takesAnyLength) return [encrypt('material.bin')];
  return [
    'openssl rand -out once.bin 32',
    encrypt('once.bin'),
    `openssl enc -id-aes256-wrap-pad -iv A65959A6 -K $(od -An -vtx1 once.bin | tr -d ' \\n') -in material.bin >> wrapped.bin`,
    'rm once.bin',
  ];
}

/** The same in an HSM that lets the key out wrapped (PKCS #11 v3.1 section 6.1.8 and 6.1.21). */
export function hsmCommands(takesAnyLength: boolean): Lines {
  return [
    'pkcs11-tool --module MODULE --login --write-object wrapping-key.der --type pubkey --id 77 --label keystead-wrapping --usage-wrap',
    takesAnyLength
      ? 'pkcs11-tool --module MODULE --login --wrap --mechanism RSA-AES-KEY-WRAP --hash-algorithm SHA256 --mgf MGF1-SHA256 --id 77 --application-id KEY --output-file wrapped.bin'
      : 'pkcs11-tool --module MODULE --login --wrap --mechanism RSA-PKCS-OAEP --hash-algorithm SHA256 --mgf MGF1-SHA256 --id 77 --application-id KEY --output-file wrapped.bin',
  ];
}

/** Wraps material and seals the nonce of the import token as the IBM way takes both. OpenSSL's command has no AES-GCM. */
export function ibmCommands(nonce: string): Lines {
  return [
    `openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping-key.der -in material.bin -out wrapped.bin ${OAEP}`,
    `python3 -c "import base64, os; from cryptography.hazmat.primitives.ciphers.aead import AESGCM; iv = os.urandom(12); print('iv:', base64.b64encode(iv).decode()); print('nonce:', base64.b64encode(AESGCM(open('material.bin', 'rb').read()).encrypt(iv, base64.b64decode('${nonce}'), None)).decode())" > proof.txt`,
  ];
}
