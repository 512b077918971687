import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EvpError } from './failure.ts';
import { openssl } from './openssl.ts';
import { evpSign, evpVerify, type EvpSignature } from './signature.ts';

const crypto = join(import.meta.dirname, '..');

/** Runs a program of its own on the same Node. */
function run(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, { encoding: 'utf8' });
}

/** The shape of one: x, y, hash and a byte. */
const SM2_CIPHERTEXT = `302b0201010201010420${'00'.repeat(32)}040100`;

const ED25519_PH: EvpSignature = { fetched: { name: 'ED25519ph', begin: 'ex2' }, maxLength: 64 };

describe("OpenSSL's own functions", () => {
  it('sign Ed25519ph as RFC 8032 section 7.3 says', () => {
    const secret = '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42';
    const key = createPrivateKey({
      key: Buffer.from(`302e020100300506032b657004220420${secret}`, 'hex'),
      format: 'der',
      type: 'pkcs8',
    });
    const digest = createHash('sha512').update('abc').digest();
    const signature = evpSign(ED25519_PH, key, digest);
    expect(signature.toString('hex')).toBe(
      '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41' +
        '31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406',
    );
    expect(evpVerify(ED25519_PH, key, digest, signature)).toBe(true);
  });

  it('say what was refused, and leave no error behind for the next', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    expect(() => evpSign(ED25519_PH, privateKey, Buffer.alloc(64))).toThrow(EvpError);
    expect(() =>
      evpSign({ ...ED25519_PH, fetched: { name: 'no-such', begin: 'ex2' } }, privateKey, Buffer.alloc(1)),
    ).toThrow(/EVP_SIGNATURE_fetch no-such failed: \w+/);
    expect(evpVerify({ maxLength: 72 }, privateKey, Buffer.alloc(32), Buffer.from('no signature'))).toBe(false);
    expect(openssl().ERR_get_error()).toBe(0);
  });

  it('give back the memory that they take', () => {
    const lines = run('--expose-gc', '--no-warnings', join(crypto, 'evp/memory.fixture.ts')).trim().split('\n');
    const ways = lines.map((line) => JSON.parse(line) as { name: string; times: number; grown: number });
    expect(ways).toHaveLength(12);
    expect(ways[0]).toMatchObject({ name: 'sign', times: 100_000 });
    // The smallest thing that could be forgotten has more bytes than that.
    expect(ways.filter(({ grown }) => grown > 64)).toEqual([]);
  });

  it('are not needed by secret keys, nor by messages that are signed whole', () => {
    const program = `
      import { registerHooks } from 'node:module';
      registerHooks({
        resolve(name, context, next) {
          if (name.includes('koffi')) throw new Error('there is no koffi for this platform');
          return next(name, context);
        },
      });
      const { generateMaterial, openKeyMaterial } = await import(${JSON.stringify(join(crypto, 'key-material.ts'))});
      const { keySpec } = await import(${JSON.stringify(join(crypto, 'key-spec.ts'))});
      const { sign } = await import(${JSON.stringify(join(crypto, 'signing.ts'))});
      const { decryptWith } = await import(${JSON.stringify(join(crypto, 'public-key-encryption.ts'))});
      const { generateMac } = await import(${JSON.stringify(join(crypto, 'mac.ts'))});
      const open = (name) => openKeyMaterial(keySpec(name), generateMaterial(keySpec(name)));
      open('aes-256');
      generateMac('HMAC_SHA_256', open('hmac-256'), Buffer.from('a'));
      sign('ECDSA_SHA_256', open('ec-p256'), Buffer.from('a'), 'RAW');
      for (const run of [
        () => sign('ECDSA_SHA_256', open('ec-p256'), Buffer.alloc(32), 'DIGEST'),
        () => decryptWith('SM2PKE', open('sm2'), Buffer.from(${JSON.stringify(SM2_CIPHERTEXT)}, 'hex')),
      ]) {
        try {
          run();
        } catch (error) {
          console.log(error.name, error.code, error.message, error.cause.message);
        }
      }
    `;
    const told = run('--no-warnings', '--input-type=module', '-e', program).trim().split('\n');
    const line: unknown = expect.stringMatching(
      /^OpenSslUnreachable openssl-unreachable .*npm ci.* there is no koffi for this platform$/,
    );
    expect(told).toEqual([line, line]);
  });
});
