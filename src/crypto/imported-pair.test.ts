import { checkPrimeSync, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextTag, der, DerReader, derInteger, encodeDer, oidContent, TAG, type DerValue } from './der.ts';
import { pointOf, readEcPrivateKey, writeEcPrivateKey, type Curve } from './ec-private-key.ts';
import { expandedOf } from './expanded-key.fixture.ts';
import { generateMaterial, isMaterialProblem, readImportedMaterial } from './key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from './key-spec.ts';
import { readPrivateKeyInfo, writePrivateKeyInfo } from './pkcs8.ts';
import { curvePointOf } from './public-key.ts';
import { readRsaPrivateKey, writeRsaPrivateKey, type RsaPrivateKey } from './rsa-private-key.ts';

const row = (name: string) => keySpec(name) as KeySpecRow;
const PAIRS = KEY_SPECS.filter(({ pair }) => pair !== undefined);
const CURVES = PAIRS.filter(({ pair }) => pair?.type === 'ec');
/** OpenSSL takes long to see that primes are primes. */
const QUICK = PAIRS.filter(({ name }) => name !== 'rsa-3072' && name !== 'rsa-4096');
const LATTICES = PAIRS.filter(({ pair }) => pair?.type === 'module-lattice');

const made = new Map<string, Promise<Buffer>>();
/** One key for each spec: RSA takes long to make. */
function material(name: string): Promise<Buffer> {
  const known = made.get(name) ?? Promise.resolve(generateMaterial(row(name)));
  made.set(name, known);
  return known;
}

/** What becomes of material: 'taken', or the code of what is wrong with it. */
async function outcome(name: string, bytes: Uint8Array): Promise<string> {
  const read = await readImportedMaterial(row(name), bytes);
  return isMaterialProblem(read) ? read.code : 'taken';
}

const spkiOf = (key: KeyObject) => createPublicKey(key).export({ format: 'der', type: 'spki' });
const open = (bytes: Buffer) => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });

/** A private key in the second version of PKCS#8, with attributes and a public key where they are given. */
function pkcs8(
  version: number,
  oid: string,
  parameters: readonly DerValue[],
  privateKey: DerValue,
  ...more: readonly DerValue[]
): Buffer {
  const algorithm = der(TAG.sequence, der(TAG.oid, oidContent(oid)), ...parameters);
  return encodeDer(
    der(TAG.sequence, der(TAG.integer, Buffer.from([version])), algorithm, der(TAG.octetString, privateKey), ...more),
  );
}

const publicBits = (bytes: Uint8Array) => der(contextTag(1, 'primitive'), Buffer.from([0]), bytes);
const ATTRIBUTES = der(contextTag(0, 'constructed'), der(TAG.sequence));

describe('secret keys', () => {
  it.each(['aes-256', 'hmac-224', 'hmac-256', 'hmac-384', 'hmac-512'])(
    '%s: of their own length alone',
    async (name) => {
      const length = row(name).materialLength as number;
      for (const other of [0, 1, 16, length - 1, length + 1, 2 * length]) {
        expect(await outcome(name, Buffer.alloc(other)), `${other} bytes`).toBe('wrong-length');
      }
      expect(await outcome(name, Buffer.alloc(length))).toBe('taken');
    },
  );
});

describe('a pair of every spec', () => {
  it.each(PAIRS)('$name: no other spec takes it', async ({ name }) => {
    const bytes = await material(name);
    for (const other of PAIRS.filter((one) => one.name !== name)) {
      expect(await outcome(other.name, bytes), `as ${other.name}`).toBe('other-spec');
    }
    expect(await outcome('aes-256', bytes)).toBe('wrong-length');
  });

  it.each(PAIRS)('$name: neither cut nor lengthened nor in another encoding', async ({ name }) => {
    const bytes = await material(name);
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 60)) {
      expect(await outcome(name, bytes.subarray(0, length)), `${length} bytes`).toBe('malformed');
    }
    const key = open(bytes);
    expect(await outcome(name, Buffer.concat([bytes, Buffer.alloc(1)]))).toBe('malformed');
    expect(await outcome(name, Buffer.from(key.export({ format: 'pem', type: 'pkcs8' })))).toBe('malformed');
    expect(await outcome(name, spkiOf(key))).toBe('malformed');
    const locked = key.export({ format: 'der', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' });
    expect(await outcome(name, locked)).toBe('malformed');
  });

  it.each(QUICK)('$name: any flipped bit is refused or gives another sound key', async ({ name }) => {
    const bytes = await material(name);
    // Where the bits are a seed or a scalar every change is a key of its own; its form must still be the one form.
    for (let bit = 0; bit < bytes.length * 8; bit += Math.ceil(bytes.length / 6)) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      const read = await readImportedMaterial(row(name), changed);
      const again = isMaterialProblem(read) ? read : await readImportedMaterial(row(name), read);
      expect(again, `bit ${bit}`).toEqual(read);
    }
  });

  it.each(QUICK)('$name: attributes are dropped, versions beyond the second refused', async ({ name }) => {
    const bytes = await material(name);
    const info = readPrivateKeyInfo(bytes);
    const algorithm = algorithmOf(bytes);
    const build = (version: number, ...more: readonly DerValue[]) =>
      encodeDer(
        der(
          TAG.sequence,
          der(TAG.integer, Buffer.from([version])),
          algorithm,
          der(TAG.octetString, info.privateKey),
          ...more,
        ),
      );
    expect(await readImportedMaterial(row(name), build(0, ATTRIBUTES))).toEqual(bytes);
    expect(await readImportedMaterial(row(name), build(1, ATTRIBUTES))).toEqual(bytes);
    expect(await outcome(name, build(2))).toBe('malformed');
    expect(await outcome(name, build(0, publicBits(Buffer.alloc(32))))).toBe('malformed');
    expect(await outcome(name, build(1, publicBits(Buffer.alloc(32))))).toBe('unsound');
    expect(await outcome(name, build(1, publicBits(publicKeyBits(bytes))))).toBe('taken');
  });
});

/** The AlgorithmIdentifier of a key of ours, as it stands. */
function algorithmOf(bytes: Buffer): Buffer {
  const info = new DerReader(bytes).inside(TAG.sequence);
  info.magnitude();
  return encodeDer(der(TAG.sequence, info.value(TAG.sequence)));
}

function publicKeyBits(bytes: Buffer): Buffer {
  const info = new DerReader(spkiOf(open(bytes))).inside(TAG.sequence);
  info.value(TAG.sequence);
  return info.bits();
}

describe('keys on a curve', () => {
  const shapeOf = (spec: KeySpecRow) => spec.pair as Curve;
  const ORDERS: Record<string, string> = {
    'ec-p256': 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
    'ec-p384': 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    'ec-p521':
      '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    'ec-secp256k1': 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
    sm2: 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123',
  };

  it.each(CURVES)('$name: the scalar is from 1 to the order less 1', async (spec) => {
    const order = Buffer.from(ORDERS[spec.name] as string, 'hex');
    const point = Buffer.from('00', 'hex');
    const last = Buffer.from(order);
    last[last.length - 1] = (last.at(-1) as number) - 1;
    const one = Buffer.alloc(order.length);
    one[one.length - 1] = 1;
    expect(await outcome(spec.name, bare(spec, Buffer.alloc(order.length)))).toBe('unsound');
    expect(await outcome(spec.name, bare(spec, order))).toBe('unsound');
    expect(await outcome(spec.name, bare(spec, Buffer.alloc(order.length, 0xff)))).toBe('unsound');
    expect(await outcome(spec.name, bare(spec, one))).toBe('taken');
    // SM2 divides by the scalar and one: OpenSSL would never come back from a signature.
    expect(await outcome(spec.name, bare(spec, last))).toBe(spec.name === 'sm2' ? 'unsound' : 'taken');
    expect(await outcome(spec.name, writeEcPrivateKey(shapeOf(spec), one, point))).toBe('unsound');
  });

  /** Without the public key, as some systems write it. */
  function bare(spec: KeySpecRow, scalar: Buffer, ...more: readonly DerValue[]): Buffer {
    const key = der(TAG.sequence, derInteger(Buffer.from([1])), der(TAG.octetString, scalar), ...more);
    return writePrivateKeyInfo('1.2.840.10045.2.1', [der(TAG.oid, oidContent(shapeOf(spec).oid))], key);
  }

  it.each(CURVES)('$name: one form, whatever the encoding says besides', async (spec) => {
    const bytes = await material(spec.name);
    const shape = shapeOf(spec);
    const { scalar, publicKey } = readEcPrivateKey(readPrivateKeyInfo(bytes).privateKey);
    const point = publicKey as Buffer;
    const compressed = Buffer.concat([
      Buffer.from([2 + ((point.at(-1) as number) & 1)]),
      point.subarray(1, 1 + shape.coordinateLength),
    ]);
    const named = (oid: string) => der(contextTag(0, 'constructed'), der(TAG.oid, oidContent(oid)));
    const withPoint = (encoded: Uint8Array) =>
      der(contextTag(1, 'constructed'), der(TAG.bitString, Buffer.from([0]), encoded));
    const same = [
      bare(spec, scalar),
      bare(spec, scalar, named(shape.oid)),
      bare(spec, scalar, withPoint(compressed)),
      bare(spec, scalar, named(shape.oid), withPoint(point)),
    ];
    for (const encoded of same) expect(await readImportedMaterial(spec, encoded)).toEqual(bytes);
    expect(await outcome(spec.name, bare(spec, scalar, named('1.3.132.0.33')))).toBe('other-spec');
    const other = pointOf(shape, Buffer.alloc(scalar.length, 1)) as Buffer;
    const negative = Buffer.from(compressed);
    negative[0] = (negative[0] as number) ^ 1;
    for (const wrong of [other, negative, Buffer.from([0]), Buffer.alloc(0), point.subarray(1)]) {
      expect(await outcome(spec.name, bare(spec, scalar, withPoint(wrong)))).toBe('unsound');
    }
    expect(await outcome(spec.name, bare(spec, scalar.subarray(1)))).toBe('malformed');
    expect(await outcome(spec.name, bare(spec, Buffer.concat([Buffer.alloc(1), scalar])))).toBe('malformed');
  });

  it('refuses a curve that is described instead of named', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' });
    expect(await outcome('ec-p256', privateKey.export({ format: 'der', type: 'pkcs8' }))).toBe('other-spec');
  });

  it('refuses the key alone, in the form of SEC 1', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    expect(await outcome('ec-p256', privateKey.export({ format: 'der', type: 'sec1' }))).toBe('malformed');
  });
});

describe('RSA keys', () => {
  const rsa = async () => readRsaPrivateKey(readPrivateKeyInfo(await material('rsa-2048')).privateKey);
  const plusTwo = (magnitude: Buffer) => {
    const value = BigInt(`0x${magnitude.toString('hex')}`) + 2n;
    return magnitudeOf(value);
  };
  const bigOf = (magnitude: Buffer) => BigInt(`0x${magnitude.toString('hex')}`);
  const magnitudeOf = (value: bigint) => {
    const hex = value.toString(16);
    return Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  };

  it.each(['n', 'd', 'p', 'q', 'dp', 'dq', 'qInverse'] as const)('refuses another %s', async (part) => {
    const key = await rsa();
    expect(await outcome('rsa-2048', writeRsaPrivateKey({ ...key, [part]: plusTwo(key[part]) }))).toBe('unsound');
  });

  it('refuses exchanged primes, and takes them with exchanged exponents and coefficient', async () => {
    const key = await rsa();
    const { p, q, dp, dq } = key;
    expect(await outcome('rsa-2048', writeRsaPrivateKey({ ...key, p: q, q: p }))).toBe('unsound');
    const qInverse = magnitudeOf(inverse(bigOf(p), bigOf(q)));
    expect(await outcome('rsa-2048', writeRsaPrivateKey({ ...key, p: q, q: p, dp: dq, dq: dp, qInverse }))).toBe(
      'taken',
    );
  });

  it('refuses a modulus of a prime and a product, with exponents that fit it', async () => {
    // 3 divides p, so p is none; everything else is computed as if it were.
    const key = await rsa();
    const e = bigOf(key.e);
    let p = (1n << 1023n) + (1n << 1022n) + 1n;
    while (p % 3n !== 0n || gcd(p - 1n, e) !== 1n) p += 2n;
    const [q, n] = [bigOf(key.q), p * bigOf(key.q)];
    const d = inverse(e, (p - 1n) * (q - 1n));
    const [dp, dq] = [d % (p - 1n), d % (q - 1n)];
    const parts = { n, e, d, p, q, dp, dq, qInverse: inverse(q, p) };
    const forged = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, magnitudeOf(value)]));
    expect(n.toString(2)).toHaveLength(2048);
    expect(await outcome('rsa-2048', writeRsaPrivateKey(forged as unknown as RsaPrivateKey))).toBe('unsound');
  });

  it.each([
    ['3', '03'],
    ['1', '01'],
    ['none', ''],
    ['even', '010002'],
    ['of 65 bits', '010000000000000001'],
  ])('refuses a public exponent that is %s', async (_, hex) => {
    const key = await rsa();
    expect(await outcome('rsa-2048', writeRsaPrivateKey({ ...key, e: Buffer.from(hex, 'hex') }))).toBe('unsound');
  });

  it('takes another public exponent in range', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 0xffff_ffff });
    expect(await outcome('rsa-2048', privateKey.export({ format: 'der', type: 'pkcs8' }))).toBe('taken');
  });

  it('refuses primes that are close to each other, and primes of different sizes', async () => {
    const key = await rsa();
    const close = Buffer.from(key.p);
    close[64] = (close[64] as number) ^ 0xff;
    expect(await outcome('rsa-2048', writeRsaPrivateKey({ ...key, q: close }))).toBe('unsound');
    expect(await outcome('rsa-2048', writeRsaPrivateKey({ ...key, q: key.q.subarray(1) }))).toBe('unsound');
  });

  it('refuses primes on both sides of a round number, which agree in no bit and are close all the same', async () => {
    const e = 65_537n;
    const middle = 3n << 1022n;
    const next = (from: bigint, step: bigint) => {
      let prime = from + step / 2n;
      while ((prime - 1n) % e === 0n || !checkPrimeSync(prime)) prime += step;
      return prime;
    };
    const [p, q] = [next(middle, 2n), next(middle, -2n)];
    const d = inverse(e, (p - 1n) * (q - 1n));
    const parts = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qInverse: inverse(q, p) };
    const key = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, magnitudeOf(value)]));
    const read = await readImportedMaterial(row('rsa-2048'), writeRsaPrivateKey(key as unknown as RsaPrivateKey));
    expect(read).toEqual({ code: 'unsound', says: 'the two primes are too close to each other' });
  });

  it('leaves threads to others, however many keys are checked', async () => {
    const bytes = await material('rsa-2048');
    let left = 12;
    const checks = Array.from({ length: left }, async () => {
      expect(await outcome('rsa-2048', bytes)).toBe('taken');
      left--;
    });
    await readFile(new URL(import.meta.url));
    expect(left).toBeGreaterThan(4);
    await Promise.all(checks);
  });

  it('refuses keys of more than two primes, keys for PSS alone, and the form of PKCS#1', async () => {
    const key = await rsa();
    const inner = der(
      TAG.sequence,
      derInteger(Buffer.from([1])),
      ...[key.n, key.e, key.d, key.p, key.q, key.dp, key.dq, key.qInverse].map(derInteger),
    );
    expect(await outcome('rsa-2048', writePrivateKeyInfo('1.2.840.113549.1.1.1', [der(TAG.null)], inner))).toBe(
      'malformed',
    );
    const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    expect(await outcome('rsa-2048', privateKey.export({ format: 'der', type: 'pkcs8' }))).toBe('other-spec');
    const pkcs1 = open(await material('rsa-2048')).export({ format: 'der', type: 'pkcs1' });
    expect(await outcome('rsa-2048', pkcs1)).toBe('malformed');
  });

  it('wants NULL for parameters', async () => {
    const { privateKey } = readPrivateKeyInfo(await material('rsa-2048'));
    for (const parameters of [
      [],
      [der(TAG.null, Buffer.alloc(1))],
      [der(TAG.null), der(TAG.null)],
      [der(TAG.sequence)],
    ]) {
      expect(await outcome('rsa-2048', pkcs8(0, '1.2.840.113549.1.1.1', parameters, privateKey))).toBe('malformed');
    }
    expect(await outcome('rsa-2048', pkcs8(0, '1.2.840.113549.1.1.1', [der(TAG.null)], privateKey))).toBe('taken');
  });

  it.each([1024, 2056, 4096])('of %d bits are not RSA_2048', async (modulusLength) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    expect(await outcome('rsa-2048', privateKey.export({ format: 'der', type: 'pkcs8' }))).toBe('other-spec');
  });
});

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high, x, y] = [value % modulus, modulus, 1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high, x, y] = [high % low, low, y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}

describe('Ed25519 keys', () => {
  const OID = '1.3.101.112';
  it.each([0, 31, 33, 64])('refuses a secret of %d bytes', async (length) => {
    const inner = der(TAG.octetString, Buffer.alloc(length, 1));
    expect(await outcome('ed25519', pkcs8(0, OID, [], inner))).toBe('malformed');
  });

  it('refuses parameters, a bare secret, and the keys of X25519 and Ed448', async () => {
    expect(await outcome('ed25519', pkcs8(0, OID, [der(TAG.null)], der(TAG.octetString, Buffer.alloc(32, 1))))).toBe(
      'malformed',
    );
    expect(await outcome('ed25519', pkcs8(0, OID, [], Buffer.alloc(32, 1)))).toBe('malformed');
    for (const type of ['x25519', 'ed448'] as const) {
      const { privateKey } = generateKeyPairSync(type as 'ed448');
      expect(await outcome('ed25519', privateKey.export({ format: 'der', type: 'pkcs8' }))).toBe('other-spec');
    }
  });
});

describe('module-lattice keys', () => {
  const shapeOf = (spec: KeySpecRow) => spec.pair as { oid: string; seedLength: number; expandedLength: number };

  it.each(LATTICES)('$name: as a seed, expanded, or both', async (spec) => {
    const bytes = await material(spec.name);
    const { oid } = shapeOf(spec);
    const { seed, expanded } = expandedOf(open(bytes));
    const both = der(TAG.sequence, der(TAG.octetString, seed), der(TAG.octetString, expanded));
    expect(await readImportedMaterial(spec, pkcs8(0, oid, [], both))).toEqual(bytes);
    const alone = pkcs8(0, oid, [], der(TAG.octetString, expanded));
    expect(await readImportedMaterial(spec, alone)).toEqual(alone);
    expect(spkiOf(open(alone))).toEqual(spkiOf(open(bytes)));
  });

  it.each(LATTICES)('$name: not with another seed, a changed expansion or a wrong length', async (spec) => {
    const { oid, seedLength, expandedLength } = shapeOf(spec);
    const { seed, expanded } = expandedOf(open(await material(spec.name)));
    const octets = (bytes: Uint8Array) => der(TAG.octetString, bytes);
    const seeded = (bytes: Uint8Array) => der(contextTag(0, 'primitive'), bytes);
    const changed = Buffer.from(expanded);
    changed[100] = (changed[100] as number) ^ 1;
    const lists: readonly (readonly [DerValue, string])[] = [
      [octets(changed), 'unsound'],
      [der(TAG.sequence, octets(seed), octets(changed)), 'unsound'],
      [der(TAG.sequence, octets(Buffer.alloc(seedLength)), octets(expanded)), 'unsound'],
      [der(TAG.sequence, octets(seed), octets(expanded), octets(seed)), 'malformed'],
      [der(TAG.sequence, octets(seed)), 'malformed'],
      [seeded(Buffer.alloc(seedLength - 1)), 'malformed'],
      [seeded(Buffer.alloc(seedLength + 1)), 'malformed'],
      [octets(Buffer.alloc(expandedLength + 1)), 'malformed'],
      [octets(seed), 'malformed'],
      [seed, 'malformed'],
    ];
    for (const [form, code] of lists) expect(await outcome(spec.name, pkcs8(0, oid, [], form))).toBe(code);
    expect(await outcome(spec.name, pkcs8(0, oid, [der(TAG.null)], seeded(seed)))).toBe('malformed');
  });
});

describe('whatever bytes come', () => {
  it('are refused in words: nothing throws', async () => {
    const originals = await Promise.all(QUICK.map(({ name }) => material(name)));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // A key with a stretch of it overwritten, or a length changed.
      fc
        .tuple(fc.constantFrom(...originals), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 8 }))
        .map(([original, at, patch]) => {
          const changed = Buffer.from(original);
          changed.set(patch.subarray(0, changed.length - (at % changed.length)), at % changed.length);
          return changed;
        }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...QUICK), async (given, spec) => {
        expect(['taken', 'malformed', 'other-spec', 'unsound']).toContain(await outcome(spec.name, given));
        const { pair } = spec;
        expect(pair?.type === 'ec' && curvePointOf(pair, given)).toBeFalsy();
      }),
      { numRuns: 500 },
    );
  });
});
