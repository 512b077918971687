/**
 * Run as a program of its own, with --expose-gc: uses OpenSSL's functions many times and prints by how many bytes per
 * call the memory has grown meanwhile that the C library has handed out, for each way of using them.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { generateMaterial, openKeyMaterial } from '../key-material.ts';
import koffi from 'koffi';
import { keySpec, type KeySpecRow } from '../key-spec.ts';
import { deriveSharedSecret } from '../key-agreement.ts';
import { decryptAside, decryptWith, encryptTo } from '../public-key-encryption.ts';
import { sign, signAside, verify } from '../signing.ts';

const digest = Buffer.alloc(32, 1);
const mu = Buffer.alloc(64, 1);
const { gc: collect } = globalThis as unknown as { gc: () => void };
const row = (name: string) => keySpec(name) as KeySpecRow;
const [p256, ed25519, sm2, mlDsa, rsa] = (await Promise.all(
  ['ec-p256', 'ed25519', 'sm2', 'ml-dsa-44', 'rsa-2048'].map(async (name) =>
    openKeyMaterial(row(name), await generateMaterial(row(name))),
  ),
)) as [KeyObject, KeyObject, KeyObject, KeyObject, KeyObject];
const material = await generateMaterial(row('ec-p256'));
const sm2Public = createPublicKey(sm2);
const sm2Spki = sm2Public.export({ format: 'der', type: 'spki' });
const encrypted = encryptTo('SM2PKE', sm2Public, digest);
const damaged = Buffer.from(encrypted);
damaged[encrypted.length - 1] = (damaged.at(-1) as number) ^ 1;

const rsaEncrypted = encryptTo('RSAES_OAEP_SHA_256', createPublicKey(rsa), digest);
const rsaDamaged = Buffer.concat([Buffer.alloc(1), rsaEncrypted.subarray(1)]);

const WAYS: readonly (readonly [name: string, times: number, run: () => unknown])[] = [
  ['sign', 100_000, () => sign('ECDSA_SHA_256', p256, digest, 'DIGEST')],
  ['verify', 5000, () => verify('ECDSA_SHA_256', p256, digest, 'DIGEST', digest)],
  ['sign ph', 2000, () => sign('ED25519_PH_SHA_512', ed25519, mu, 'DIGEST')],
  ['sign mu', 500, () => sign('ML_DSA_SHAKE_256', mlDsa, mu, 'EXTERNAL_MU')],
  ['encrypt', 1000, () => encryptTo('SM2PKE', sm2Public, digest)],
  ['decrypt', 1000, () => decryptWith('SM2PKE', sm2, encrypted)],
  ['refuse', 1000, () => decryptWith('SM2PKE', sm2, damaged)],
  ['agree', 1000, () => deriveSharedSecret(row('sm2'), sm2, sm2Spki)],
  ['sign aside', 1000, () => signAside('ML_DSA_SHAKE_256', mlDsa, mu, 'EXTERNAL_MU')],
  ['decrypt aside', 1000, () => decryptAside('RSAES_OAEP_SHA_256', rsa, rsaEncrypted)],
  ['refuse aside', 1000, () => decryptAside('RSAES_OAEP_SHA_256', rsa, rsaDamaged)],
  ['open', 3000, () => sign('ECDSA_SHA_256', openKeyMaterial(row('ec-p256'), material), digest, 'DIGEST')],
];

const FIELDS = [
  'arena',
  'ordblks',
  'smblks',
  'hblks',
  'hblkhd',
  'usmblks',
  'fsmblks',
  'uordblks',
  'fordblks',
  'keepcost',
];
const Mallinfo = koffi.struct(Object.fromEntries(FIELDS.map((field) => [field, 'size_t'])));
/** Of glibc. `uordblks` and `hblkhd` are the bytes in use, in small blocks and in large ones. */
const mallinfo2 = koffi.load(null).func('mallinfo2', Mallinfo, []) as () => { uordblks: number; hblkhd: number };

function bytesInUse(): number {
  const { uordblks, hblkhd } = mallinfo2();
  return Number(uordblks) + Number(hblkhd);
}

/** Finalizers run in tasks of their own. */
async function settle(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    collect();
    await new Promise((done) => setImmediate(done));
  }
}

const BATCHES = 5;

/** The median of some batches: what is forgotten is forgotten in each, what the runtime takes or gives up only once. */
async function grown(times: number, run: () => unknown): Promise<number> {
  const size = times / BATCHES;
  const found: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const before = bytesInUse();
    for (let n = 0; n < size; n++) {
      const done = run();
      if (done instanceof Promise) await done;
      if (n % 5000 === 4999) await settle();
    }
    await settle();
    found.push((bytesInUse() - before) / size);
  }
  return found.toSorted((a, b) => a - b)[BATCHES >> 1] as number;
}

for (const [name, times, run] of WAYS) {
  process.stdout.write(`${JSON.stringify({ name, times, grown: await grown(times, run) })}\n`);
}
