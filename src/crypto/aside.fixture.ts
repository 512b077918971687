/**
 * Run as a program of its own, with --expose-gc: starts ten thousand operations aside at once, whose keys and bytes
 * nobody else holds, collects garbage meanwhile, and prints how many of each kind went wrong.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { decryptAside, encryptTo } from './public-key-encryption.ts';
import { signAside, verify } from './signing.ts';

const TIMES = 10_000;
/** So often that most operations see their bytes' owners gone, so seldom that it is quick. */
const COLLECT_EVERY = 400;
const { gc: collect } = globalThis as unknown as { gc: () => void };
// Small, so that this is quick. OpenSSL does the same with larger ones.
const pkcs8 = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'der', type: 'pkcs8' });
const open = () => createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
const publicKey = createPublicKey(open());

const KINDS: { readonly [name: string]: (key: KeyObject) => Promise<boolean> } = {
  async sign(key) {
    const digest = randomBytes(32);
    const copy = Buffer.from(digest);
    const signature = await signAside('RSASSA_PKCS1_V1_5_SHA_256', key, digest, 'DIGEST');
    return verify('RSASSA_PKCS1_V1_5_SHA_256', publicKey, copy, 'DIGEST', signature);
  },
  async signWhole(key) {
    const message = randomBytes(100);
    const signature = await signAside('RSASSA_PSS_SHA_256', key, message, 'RAW');
    return verify('RSASSA_PSS_SHA_256', publicKey, message, 'RAW', signature);
  },
  async decrypt(key) {
    const plaintext = randomBytes(40);
    const copy = Buffer.from(plaintext);
    const found = await decryptAside('RSAES_OAEP_SHA_1', key, encryptTo('RSAES_OAEP_SHA_1', publicKey, plaintext));
    return found?.equals(copy) === true;
  },
};

let done = 0;
const names = Object.keys(KINDS);
const outcomes = await Promise.all(
  Array.from({ length: TIMES }, async (_, n) => {
    const name = names[n % names.length] as string;
    const isRight = await (KINDS[name] as (key: KeyObject) => Promise<boolean>)(open());
    if (++done % COLLECT_EVERY === 0) collect();
    return isRight ? [] : [name];
  }),
);
process.stdout.write(JSON.stringify({ times: outcomes.length, wrong: outcomes.flat() }));
