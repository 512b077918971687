import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveSharedSecret } from '../src/crypto/key-agreement.ts';
import {
  generateMaterial,
  isMaterialProblem,
  openKeyMaterial,
  publicKeyOf,
  readImportedMaterial,
} from '../src/crypto/key-material.ts';
import { KEY_SPECS, keySpec, type KeySpecRow } from '../src/crypto/key-spec.ts';
import { generateMac, type MacAlgorithmName } from '../src/crypto/mac.ts';
import { decryptWith, encryptTo, type PublicKeyEncryptionName } from '../src/crypto/public-key-encryption.ts';
import { sign, verify, type SigningAlgorithmName } from '../src/crypto/signing.ts';
import { missing } from './conformance/client.fixture.ts';

/** The command line of the system's OpenSSL: another version than the one in Node, and no code of ours. */
const OPENSSL = '/usr/bin/openssl';
const why = missing({ name: 'OpenSSL', command: OPENSSL, probe: ['version'] });
const row = (name: string) => keySpec(name) as KeySpecRow;

let folder: string;
const file = (name: string) => join(folder, name);
const openssl = (...args: readonly string[]) => execFileSync(OPENSSL, args, { stdio: ['ignore', 'pipe', 'pipe'] });
const accepts = (...args: readonly string[]) => spawnSync(OPENSSL, args, { stdio: 'ignore' }).status === 0;

/** What OpenSSL 3.0 knows: neither ML-DSA, nor ML-KEM, nor Ed25519ph. */
const SPECS = KEY_SPECS.filter(({ pair }) => pair !== undefined && pair.type !== 'module-lattice');
const keys = new Map<string, KeyObject>();

const SIGN_OPTIONS: Record<string, readonly string[]> = {
  PSS: ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'],
  SM2DSA: ['-sigopt', 'distid:1234567812345678'],
};
const optionsOf = (algorithm: string) =>
  Object.entries(SIGN_OPTIONS).find(([part]) => algorithm.includes(part))?.[1] ?? [];
const hashOf = (algorithm: string) => (algorithm === 'SM2DSA' ? 'sm3' : `sha${algorithm.slice(-3)}`);

const signatures = SPECS.flatMap((spec) =>
  (spec.algorithms['sign-verify'] ?? [])
    .filter((algorithm) => !algorithm.startsWith('ED25519'))
    .map((algorithm) => ({ name: spec.name, algorithm: algorithm as SigningAlgorithmName })),
);
const encryptions = SPECS.flatMap((spec) =>
  (spec.algorithms['encrypt-decrypt'] ?? []).map((algorithm) => ({
    name: spec.name,
    algorithm: algorithm as PublicKeyEncryptionName,
  })),
);

describe.skipIf(why !== undefined)('the command line of OpenSSL', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-openssl-'));
    for (const spec of SPECS) {
      const material = await generateMaterial(spec);
      const key = openKeyMaterial(spec, material);
      keys.set(spec.name, key);
      writeFileSync(file(`${spec.name}.key`), material);
      writeFileSync(file(`${spec.name}.pem`), key.export({ format: 'pem', type: 'pkcs8' }));
      writeFileSync(file(`${spec.name}.pub`), createPublicKey(key).export({ format: 'pem', type: 'spki' }));
    }
    writeFileSync(file('message'), 'a message');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const message = Buffer.from('a message');
  const keyOf = (name: string) => keys.get(name) as KeyObject;

  it.each(SPECS)('reads the key and the public key of $name', (spec) => {
    const spki = publicKeyOf(spec, keyOf(spec.name));
    const read = openssl('pkey', '-inform', 'DER', '-in', file(`${spec.name}.key`), '-pubout', '-outform', 'DER');
    expect(read).toEqual(spki);
  });

  it.each(signatures)('verifies what $name signs by $algorithm, and signs what it verifies', ({ name, algorithm }) => {
    const [key, ours, theirs] = [keyOf(name), file('ours'), file('theirs')];
    const args = ['dgst', `-${hashOf(algorithm)}`, ...optionsOf(algorithm)];
    writeFileSync(ours, sign(algorithm, key, message, 'RAW'));
    expect(accepts(...args, '-verify', file(`${name}.pub`), '-signature', ours, file('message'))).toBe(true);
    expect(accepts(...args, '-verify', file(`${name}.pub`), '-signature', ours, file(`${name}.pub`))).toBe(false);
    openssl(...args, '-sign', file(`${name}.pem`), '-out', theirs, file('message'));
    expect(verify(algorithm, createPublicKey(key), message, 'RAW', readFileSync(theirs))).toBe(true);
  });

  it.each(signatures.filter(({ name }) => name !== 'sm2'))(
    'verifies what $name signs of a digest by $algorithm',
    ({ name, algorithm }) => {
      const digest = openssl('dgst', `-${hashOf(algorithm)}`, '-binary', file('message'));
      writeFileSync(file('prehashed'), sign(algorithm, keyOf(name), digest, 'DIGEST'));
      const args = ['dgst', `-${hashOf(algorithm)}`, ...optionsOf(algorithm), '-verify', file(`${name}.pub`)];
      expect(accepts(...args, '-signature', file('prehashed'), file('message'))).toBe(true);
    },
  );

  it('verifies what Ed25519 signs', () => {
    writeFileSync(file('ed25519.sig'), sign('ED25519_SHA_512', keyOf('ed25519'), message, 'RAW'));
    const args = ['-inkey', file('ed25519.pub'), '-sigfile', file('ed25519.sig'), '-in', file('message')];
    expect(accepts('pkeyutl', '-verify', '-pubin', '-rawin', ...args)).toBe(true);
  });

  it.each(encryptions)('decrypts what $name encrypts by $algorithm, and the other way', ({ name, algorithm }) => {
    const [key, plaintext] = [keyOf(name), randomBytes(32)];
    const options = algorithm.startsWith('RSAES')
      ? ['rsa_padding_mode:oaep', `rsa_oaep_md:${algorithm.endsWith('_1') ? 'sha1' : 'sha256'}`]
      : [];
    const args = options.flatMap((option) => ['-pkeyopt', option]);
    writeFileSync(file('ciphertext'), encryptTo(algorithm, createPublicKey(key), plaintext));
    const opened = openssl('pkeyutl', '-decrypt', '-inkey', file(`${name}.pem`), ...args, '-in', file('ciphertext'));
    expect(opened).toEqual(plaintext);
    writeFileSync(file('plaintext'), plaintext);
    const inkey = ['-pubin', '-inkey', file(`${name}.pub`)];
    const sealed = openssl('pkeyutl', '-encrypt', ...inkey, ...args, '-in', file('plaintext'));
    expect(decryptWith(algorithm, key, sealed)).toEqual(plaintext);
  });

  it.each(['ec-p256', 'ec-p384', 'ec-p521'])('derives the secret that %s derives', async (name) => {
    const peer = openKeyMaterial(row(name), await generateMaterial(row(name)));
    writeFileSync(file('peer.pub'), createPublicKey(peer).export({ format: 'pem', type: 'spki' }));
    const theirs = openssl('pkeyutl', '-derive', '-inkey', file(`${name}.pem`), '-peerkey', file('peer.pub'));
    expect(deriveSharedSecret(row(name), keyOf(name), publicKeyOf(row(name), peer))).toEqual(theirs);
  });

  it.each(KEY_SPECS.filter(({ family }) => family === 'hmac'))('makes the MAC that $name makes', async (spec) => {
    const material = await generateMaterial(spec);
    const algorithm = (spec.algorithms['generate-verify-mac'] as readonly [MacAlgorithmName])[0];
    const args = ['-mac', 'HMAC', '-macopt', `hexkey:${material.toString('hex')}`, '-binary', file('message')];
    const theirs = openssl('dgst', `-${hashOf(algorithm)}`, ...args);
    expect(generateMac(algorithm, openKeyMaterial(spec, material), message)).toEqual(theirs);
  });

  it.each([
    ['rsa-3072', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072']],
    ['ec-p384', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['ec-secp256k1', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1']],
    ['sm2', ['genpkey', '-algorithm', 'SM2']],
    ['ed25519', ['genpkey', '-algorithm', 'ED25519']],
  ])('makes keys that are taken in as %s', async (name, args) => {
    openssl(...args, '-out', file('made.pem'));
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', file('made.pem'), '-outform', 'DER', '-out', file('made'));
    const material = await readImportedMaterial(row(name), readFileSync(file('made')));
    expect(isMaterialProblem(material)).toBe(false);
    const theirs = openssl('pkey', '-inform', 'DER', '-in', file('made'), '-pubout', '-outform', 'DER');
    expect(publicKeyOf(row(name), openKeyMaterial(row(name), material as Buffer))).toEqual(theirs);
  });
});
