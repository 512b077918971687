import {
  constants,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  publicEncrypt,
  type KeyObject,
} from 'node:crypto';
import { beforeAll } from 'vitest';
import { TAG_LENGTH } from '../src/crypto/aead.ts';
import { generateWrappingKey, unwrapImported, type WrappingAlgorithmName } from '../src/crypto/import-wrapping.ts';
import { generateMac, verifyMac, type MacAlgorithmName } from '../src/crypto/mac.ts';
import {
  attempt,
  compare,
  describeSuites,
  hex,
  type Group,
  type Outcome,
  type Suite,
  type Vector,
} from './wycheproof.fixture.ts';

/** NIST SP 800-38D section 8.2: ours are always 96 bits. */
const OTHER_IV = 'IV of another length than 96 bits';

const SUITES: readonly Suite[] = [
  {
    file: 'aes_gcm',
    skip: (_, group) => (group['ivSize'] === 96 ? undefined : OTHER_IV),
    outcome: aesGcm,
  },
  { file: 'aes_kwp', outcome: aesKwp },
  // Another algorithm: whatever it makes must not pass as AES-KWP.
  { file: 'aes_wrap', mustRefuse: () => true, outcome: aesKwp },
  ...[224, 256, 384, 512].map(hmac),
  { file: 'hkdf_sha256', outcome: hkdf },
  oaep('rsa_oaep_2048_sha1_mgf1sha1', 'RSAES_OAEP_SHA_1'),
  oaep('rsa_oaep_2048_sha256_mgf1sha1', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_2048_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_3072_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_4096_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
];

let publicKey: KeyObject;
let privateKeyDer: Buffer;

describeSuites('secret keys and imports', SUITES, () => {
  beforeAll(async () => {
    const pair = await generateWrappingKey('RSA_2048');
    publicKey = pair.publicKey;
    privateKeyDer = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  });
});

/** With the options of src/crypto/aead.ts. A valid vector must also be what encryption makes. */
function aesGcm(vector: Vector, group: Group): Outcome {
  const name = `aes-${Number(group['keySize'])}-gcm` as 'aes-256-gcm';
  const options = { authTagLength: TAG_LENGTH };
  const [key, iv, aad, tag] = [hex(vector['key']), hex(vector['iv']), hex(vector['aad']), hex(vector['tag'])];
  const plaintext = attempt(() => {
    const decipher = createDecipheriv(name, key, iv, options).setAAD(aad).setAuthTag(tag);
    return Buffer.concat([decipher.update(hex(vector['ct'])), decipher.final()]);
  });
  const outcome = compare(plaintext, vector['msg']);
  if (outcome !== 'right') return outcome;
  const cipher = createCipheriv(name, key, iv, options).setAAD(aad);
  const body = Buffer.concat([cipher.update(hex(vector['msg'])), cipher.final(), cipher.getAuthTag()]);
  return compare(body, `${vector['ct']}${vector['tag']}`);
}

/** As the second step of an import, behind an RSA step that carries the vector's key. */
async function aesKwp(vector: Vector): Promise<Outcome> {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const carried = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, hex(vector['key']));
  const encrypted = Buffer.concat([carried, hex(vector['ct'])]);
  return compare(await unwrapImported('RSA_AES_KEY_WRAP_SHA_256', privateKeyDer, encrypted), vector['msg']);
}

/** A MAC that was cut is none to us. */
function hmac(bits: number): Suite {
  const algorithm = `HMAC_SHA_${bits}` as MacAlgorithmName;
  return {
    file: `hmac_sha${bits}`,
    mustRefuse: (vector) => (vector['tag'] as string).length !== bits / 4,
    outcome: (vector) => {
      const [key, message, tag] = [createSecretKey(hex(vector['key'])), hex(vector['msg']), hex(vector['tag'])];
      const isMade = generateMac(algorithm, key, message).equals(tag);
      if (verifyMac(algorithm, key, message, tag) !== isMade) return 'wrong';
      return isMade ? 'right' : 'refused';
    },
  };
}

function hkdf(vector: Vector): Outcome {
  const key = createSecretKey(hex(vector['ikm']));
  const output = attempt(() =>
    hkdfSync('sha256', key, hex(vector['salt']), hex(vector['info']), Number(vector['size'])),
  );
  return compare(output && Buffer.from(output), vector['okm']);
}

function oaep(file: string, algorithm: WrappingAlgorithmName): Suite {
  return {
    file,
    // Imports have no label, so what was encrypted with one is refused.
    mustRefuse: (vector) => vector['label'] !== '',
    outcome: async (vector, group) => {
      const der = hex(group['privateKeyPkcs8'] as string);
      return compare(await unwrapImported(algorithm, der, hex(vector['ct'])), vector['msg']);
    },
  };
}
