import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  publicEncrypt,
  type KeyObject,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { constantTimeEqual } from '../src/bytes/equal.ts';
import { TAG_LENGTH } from '../src/crypto/aead.ts';
import { generateWrappingKey, unwrapImported, type WrappingAlgorithmName } from '../src/crypto/import-wrapping.ts';

/**
 * The vectors of C2SP Wycheproof against the primitives as this project calls them. They are not part of the project:
 * KEYSTEAD_WYCHEPROOF names the folder that holds them (testvectors_v1 of github.com/C2SP/wycheproof).
 */
const folder = process.env['KEYSTEAD_WYCHEPROOF'];
const isThere = folder !== undefined && existsSync(join(folder, 'aes_gcm.json'));

if (!isThere) {
  process.stderr.write(
    `NOT RUN: no Wycheproof vector was tried. Set KEYSTEAD_WYCHEPROOF to the folder testvectors_v1 of github.com/C2SP/wycheproof${
      folder === undefined ? '' : ` (${folder} has no aes_gcm.json)`
    }\n`,
  );
}

type Group = { readonly [field: string]: unknown } & { readonly tests: readonly Vector[] };

/** Bytes are hexadecimal. A file has the fields of its kind. */
type Vector = {
  readonly [
    Field in 'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag' | 'ikm' | 'salt' | 'info' | 'okm' | 'label' | 'comment'
  ]: string;
} & { readonly tcId: number; readonly result: 'valid' | 'invalid' | 'acceptable'; readonly size: number };

/** What the primitive made of a vector. To give out anything but the right answer is never right. */
type Outcome = 'refused' | 'right' | 'wrong';

interface Suite {
  readonly file: string;
  /** Why this vector cannot be tried here, if so. */
  readonly skip?: (vector: Vector, group: Group) => string | undefined;
  /** Whether a vector that is valid for its own algorithm must be refused here. */
  readonly mustRefuse?: (vector: Vector) => boolean;
  readonly outcome: (vector: Vector, group: Group) => Outcome;
}

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
  ...['sha224', 'sha256', 'sha384', 'sha512'].map((name) => ({ file: `hmac_${name}`, outcome: hmac(name) })),
  { file: 'hkdf_sha256', outcome: hkdf },
  oaep('rsa_oaep_2048_sha1_mgf1sha1', 'RSAES_OAEP_SHA_1'),
  oaep('rsa_oaep_2048_sha256_mgf1sha1', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_2048_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_3072_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
  oaep('rsa_oaep_4096_sha256_mgf1sha256', 'RSAES_OAEP_SHA_256'),
];

const FITTING: Record<Vector['result'], readonly Outcome[]> = {
  valid: ['right'],
  invalid: ['refused'],
  acceptable: ['right', 'refused'],
};

let publicKey: KeyObject;
let privateKeyDer: Buffer;

describe.skipIf(!isThere)('Wycheproof', () => {
  beforeAll(async () => {
    const pair = await generateWrappingKey('RSA_2048');
    publicKey = pair.publicKey;
    privateKeyDer = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  });

  let triedInAll = 0;
  let skippedInAll = 0;
  const report = new Set<string>();

  afterAll(() => {
    process.stdout.write(
      `Wycheproof: ${triedInAll} vectors tried, ${skippedInAll} skipped (${[...report].join('; ')})\n`,
    );
  });

  it.each(SUITES)('$file', (suite) => {
    const text = readFileSync(join(folder as string, `${suite.file}.json`), 'utf8');
    const { numberOfTests, testGroups } = JSON.parse(text) as { numberOfTests: number; testGroups: Group[] };
    const wrong: string[] = [];
    let tried = 0;
    let skipped = 0;
    for (const group of testGroups) {
      for (const vector of group.tests) {
        const reason = suite.skip?.(vector, group);
        if (reason !== undefined) {
          skipped++;
          report.add(`${suite.file}: ${reason}`);
          continue;
        }
        tried++;
        const outcome = suite.outcome(vector, group);
        const result = suite.mustRefuse?.(vector) === true ? 'invalid' : vector.result;
        if (!FITTING[result].includes(outcome)) {
          wrong.push(`${vector.tcId} (${vector.comment}): is ${result}, was ${outcome}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(0);
    expect(tried + skipped).toBe(numberOfTests);
    triedInAll += tried;
    skippedInAll += skipped;
  });
});

/** With the options of src/crypto/aead.ts. A valid vector must also be what encryption makes. */
function aesGcm(vector: Vector, group: Group): Outcome {
  const name = `aes-${Number(group['keySize'])}-gcm` as 'aes-256-gcm';
  const options = { authTagLength: TAG_LENGTH };
  const [key, iv, aad, tag] = [hex(vector.key), hex(vector.iv), hex(vector.aad), hex(vector.tag)];
  const plaintext = attempt(() => {
    const decipher = createDecipheriv(name, key, iv, options).setAAD(aad).setAuthTag(tag);
    return Buffer.concat([decipher.update(hex(vector.ct)), decipher.final()]);
  });
  const outcome = compare(plaintext, vector.msg);
  if (outcome !== 'right') return outcome;
  const cipher = createCipheriv(name, key, iv, options).setAAD(aad);
  const body = Buffer.concat([cipher.update(hex(vector.msg)), cipher.final(), cipher.getAuthTag()]);
  return compare(body, `${vector.ct}${vector.tag}`);
}

/** As the second step of an import, behind an RSA step that carries the vector's key. */
function aesKwp(vector: Vector): Outcome {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const carried = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, hex(vector.key));
  const encrypted = Buffer.concat([carried, hex(vector.ct)]);
  return compare(unwrapImported('RSA_AES_KEY_WRAP_SHA_256', privateKeyDer, encrypted), vector.msg);
}

function hmac(name: string): Suite['outcome'] {
  return (vector, group) => {
    const mac = createHmac(name, createSecretKey(hex(vector.key)))
      .update(hex(vector.msg))
      .digest();
    return constantTimeEqual(mac.subarray(0, Number(group['tagSize']) / 8), hex(vector.tag)) ? 'right' : 'refused';
  };
}

function hkdf(vector: Vector): Outcome {
  const key = createSecretKey(hex(vector.ikm));
  const output = attempt(() => hkdfSync('sha256', key, hex(vector.salt), hex(vector.info), vector.size));
  return compare(output && Buffer.from(output), vector.okm);
}

function oaep(file: string, algorithm: WrappingAlgorithmName): Suite {
  return {
    file,
    // Imports have no label, so what was encrypted with one is refused.
    mustRefuse: (vector) => vector.label !== '',
    outcome: (vector, group) => {
      const der = hex(group['privateKeyPkcs8'] as string);
      return compare(unwrapImported(algorithm, der, hex(vector.ct)), vector.msg);
    },
  };
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function compare(found: Buffer | undefined, expected: string): Outcome {
  if (found === undefined) return 'refused';
  return found.toString('hex') === expected ? 'right' : 'wrong';
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
