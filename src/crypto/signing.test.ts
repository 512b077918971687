import { createHash, createPublicKey, hash, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { der, derInteger, DerReader, encodeDer, TAG } from './der.ts';
import { pointOf, writeEcPrivateKey, type Curve } from './ec-private-key.ts';
import { generateMaterial, openKeyMaterial } from './key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from './key-spec.ts';
import { messageProblem, sign, SIGNING_ALGORITHMS, verify, type MessageType } from './signing.ts';
import { sm2Digest } from './sm2-digest.ts';

const TYPES: readonly MessageType[] = ['RAW', 'DIGEST', 'EXTERNAL_MU'];
const keys = new Map<string, KeyObject>();
for (const spec of KEY_SPECS.filter(({ usages }) => usages.includes('sign-verify'))) {
  keys.set(spec.name, openKeyMaterial(spec, await generateMaterial(spec)));
}
const keyOf = (name: string) => keys.get(name) as KeyObject;

/** Each key spec with each of its algorithms. */
const pairs = KEY_SPECS.flatMap((spec) =>
  (spec.algorithms['sign-verify'] ?? []).map((name) => ({
    spec: spec.name,
    family: spec.family,
    algorithm: name,
  })),
);

/** And each way of giving it a message, with a length that it takes. */
const rows = pairs.flatMap((pair) => {
  const forms: { readonly [Type in MessageType]?: { readonly length?: number } } =
    SIGNING_ALGORITHMS[pair.algorithm].forms;
  return TYPES.flatMap((type) => {
    const form = forms[type];
    return form === undefined ? [] : [{ ...pair, type, length: form.length ?? 5 }];
  });
});

const flip = (bytes: Buffer, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

describe('the table of signing algorithms', () => {
  it('has the algorithms of the key specs, each for its families', () => {
    const used = new Set(pairs.map(({ algorithm }) => algorithm));
    expect([...used].toSorted()).toEqual(Object.keys(SIGNING_ALGORITHMS).toSorted());
    for (const { algorithm, family } of pairs) expect(SIGNING_ALGORITHMS[algorithm].families).toContain(family);
  });

  it.each([
    ['ECDSA_SHA_256', 'RAW', 'DIGEST 32'],
    ['ECDSA_SHA_384', 'RAW', 'DIGEST 48'],
    ['ECDSA_SHA_512', 'RAW', 'DIGEST 64'],
    ['RSASSA_PSS_SHA_256', 'RAW', 'DIGEST 32'],
    ['RSASSA_PSS_SHA_384', 'RAW', 'DIGEST 48'],
    ['RSASSA_PSS_SHA_512', 'RAW', 'DIGEST 64'],
    ['RSASSA_PKCS1_V1_5_SHA_256', 'RAW', 'DIGEST 32'],
    ['RSASSA_PKCS1_V1_5_SHA_384', 'RAW', 'DIGEST 48'],
    ['RSASSA_PKCS1_V1_5_SHA_512', 'RAW', 'DIGEST 64'],
    ['ED25519_SHA_512', 'RAW'],
    ['ED25519_PH_SHA_512', 'DIGEST 64'],
    ['ML_DSA_SHAKE_256', 'RAW', 'EXTERNAL_MU 64'],
    ['SM2DSA', 'RAW', 'DIGEST 32'],
  ] as const)('%s takes %s %s', (algorithm, ...taken) => {
    for (const type of TYPES) {
      const wanted = taken.find((text) => text.startsWith(type));
      for (const length of [0, 1, 31, 32, 33, 47, 48, 49, 63, 64, 65, 4096]) {
        const isTaken = wanted === type || wanted === `${type} ${length}`;
        const problem = messageProblem(algorithm, Buffer.alloc(length), type);
        expect(problem === undefined, `${type} of ${length} bytes`).toBe(isTaken);
      }
    }
  });

  it('says what is wrong, and signs nothing then', () => {
    const key = keyOf('ec-p256');
    expect(messageProblem('ECDSA_SHA_256', Buffer.alloc(31), 'DIGEST')).toBe(
      'Digest is invalid length for algorithm ECDSA_SHA_256.',
    );
    expect(messageProblem('ECDSA_SHA_256', Buffer.alloc(64), 'EXTERNAL_MU')).toBe(
      'Algorithm ECDSA_SHA_256 is incompatible with message type EXTERNAL_MU.',
    );
    expect(() => sign('ECDSA_SHA_256', key, Buffer.alloc(31), 'DIGEST')).toThrow(TypeError);
    expect(() => verify('ECDSA_SHA_256', key, Buffer.alloc(31), 'DIGEST', Buffer.alloc(70))).toThrow(TypeError);
  });
});

describe('a signature', () => {
  it.each(rows)(
    'of $spec by $algorithm over $type verifies, and nothing else does',
    ({ spec, algorithm, type, length }) => {
      const key = keyOf(spec);
      const publicKey = createPublicKey(key);
      const message = Buffer.alloc(length, 7);
      const signature = sign(algorithm, key, message, type);
      expect(verify(algorithm, publicKey, message, type, signature)).toBe(true);
      expect(verify(algorithm, key, message, type, signature)).toBe(true);
      expect(verify(algorithm, publicKey, flip(message, 0), type, signature)).toBe(false);
      const changed = [0, 1, signature.length >> 1, signature.length - 1].map((at) => flip(signature, at));
      const cut = [Buffer.alloc(0), signature.subarray(1), signature.subarray(0, -1)];
      const longer = [Buffer.concat([signature, Buffer.alloc(1)]), Buffer.concat([Buffer.alloc(1), signature])];
      for (const bad of [...changed, ...cut, ...longer, Buffer.alloc(signature.length), Buffer.alloc(6144, 1)]) {
        expect(verify(algorithm, publicKey, message, type, bad), `${bad.length} bytes`).toBe(false);
      }
    },
  );

  it.each(rows.filter(({ type, family }) => type === 'RAW' && family !== 'rsa'))(
    'of $spec by $algorithm may be over nothing',
    ({ spec, algorithm }) => {
      const nothing = Buffer.alloc(0);
      const signature = sign(algorithm, keyOf(spec), nothing, 'RAW');
      expect(verify(algorithm, keyOf(spec), nothing, 'RAW', signature)).toBe(true);
    },
  );

  it.each(pairs.filter(({ family }) => family === 'rsa' || family === 'ec' || family === 'sm2'))(
    'of $spec by $algorithm is one, whether it was made of the message or of its digest',
    ({ spec, algorithm }) => {
      const key = keyOf(spec);
      const digestOf = (message: Uint8Array) =>
        spec === 'sm2'
          ? sm2Digest(message, key)
          : createHash(SIGNING_ALGORITHMS[algorithm].hash).update(message).digest();
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 4096 }), (message) => {
          const digest = digestOf(message);
          expect(verify(algorithm, key, message, 'RAW', sign(algorithm, key, digest, 'DIGEST'))).toBe(true);
          expect(verify(algorithm, key, digest, 'DIGEST', sign(algorithm, key, message, 'RAW'))).toBe(true);
        }),
        { numRuns: spec === 'rsa-4096' ? 3 : 10 },
      );
    },
  );

  it.each(pairs.filter(({ family }) => family === 'ml-dsa'))(
    'of $spec is one, whether it was made of the message or of mu',
    ({ spec, algorithm }) => {
      const key = keyOf(spec);
      const message = Buffer.from('a message');
      const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
      const publicKey = new DerReader(spki).inside(TAG.sequence);
      publicKey.value(TAG.sequence);
      const shake = (bytes: Uint8Array) => hash('shake256', bytes, { outputEncoding: 'buffer', outputLength: 64 });
      const mu = shake(Buffer.concat([shake(publicKey.bits()), Buffer.from([0, 0]), message]));
      expect(verify(algorithm, key, message, 'RAW', sign(algorithm, key, mu, 'EXTERNAL_MU'))).toBe(true);
      expect(verify(algorithm, key, mu, 'EXTERNAL_MU', sign(algorithm, key, message, 'RAW'))).toBe(true);
      expect(sign(algorithm, key, mu, 'EXTERNAL_MU')).not.toEqual(sign(algorithm, key, mu, 'EXTERNAL_MU'));
    },
  );

  it('of Ed25519 with a digest is not one of the message, nor one without it', () => {
    const key = keyOf('ed25519');
    const digest = hash('sha512', Buffer.from('a message'), 'buffer');
    const signature = sign('ED25519_PH_SHA_512', key, digest, 'DIGEST');
    expect(verify('ED25519_SHA_512', key, digest, 'RAW', signature)).toBe(false);
    expect(verify('ED25519_SHA_512', key, Buffer.from('a message'), 'RAW', signature)).toBe(false);
    expect(signature).toEqual(sign('ED25519_PH_SHA_512', key, digest, 'DIGEST'));
  });

  it('of PSS has a salt as long as the hash, and no other', () => {
    const key = keyOf('rsa-2048');
    const signature = sign('RSASSA_PSS_SHA_256', key, Buffer.from('a'), 'RAW');
    expect(verify('RSASSA_PSS_SHA_256', key, Buffer.from('a'), 'RAW', signature)).toBe(true);
    expect(verify('RSASSA_PKCS1_V1_5_SHA_256', key, Buffer.from('a'), 'RAW', signature)).toBe(false);
    expect(verify('RSASSA_PSS_SHA_384', key, Buffer.from('a'), 'RAW', signature)).toBe(false);
  });
});

describe('RSA', () => {
  it.each(['RSASSA_PSS_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256'] as const)(
    '%s is as long as the modulus: without its leading zero it is refused',
    (algorithm) => {
      const key = keyOf('rsa-2048');
      let message = Buffer.alloc(32);
      let signature: Buffer;
      // One in 256 begins with zero.
      do {
        message = hash('sha256', message, 'buffer');
        signature = sign(algorithm, key, message, 'DIGEST');
      } while (signature[0] !== 0);
      expect(verify(algorithm, key, message, 'DIGEST', signature)).toBe(true);
      expect(verify(algorithm, key, message, 'DIGEST', signature.subarray(1))).toBe(false);
    },
  );
});

describe('SM2', () => {
  // GB/T 32918.5-2017 annex A.
  const spec = keySpec('sm2') as KeySpecRow;
  const curve = spec.pair as Curve;
  const scalar = Buffer.from('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8', 'hex');
  const key = openKeyMaterial(spec, writeEcPrivateKey(curve, scalar, pointOf(curve, scalar) as Buffer));
  const message = Buffer.from('message digest');
  const [r, s] = [
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3',
    'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  ].map((hex) => derInteger(Buffer.from(hex, 'hex'))) as [ReturnType<typeof derInteger>, ReturnType<typeof derInteger>];

  it('hashes the signer and the message as the standard does', () => {
    expect(sm2Digest(message, key).toString('hex')).toBe(
      'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640',
    );
  });

  it("takes the standard's signature, and not with its halves exchanged", () => {
    expect(verify('SM2DSA', key, message, 'RAW', encodeDer(der(TAG.sequence, r, s)))).toBe(true);
    expect(verify('SM2DSA', key, message, 'RAW', encodeDer(der(TAG.sequence, s, r)))).toBe(false);
    expect(verify('SM2DSA', key, message, 'RAW', encodeDer(der(TAG.sequence, r, s, s)))).toBe(false);
  });
});
