/**
 * Writes the archive of a format version: node tools/make-archive.ts v1
 *
 * Once, when the version is new. It refuses to write over an archive that exists: every later version of the code
 * must open what lies there, so it is never made again. Keys and salts are random, and are published with it.
 */
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { argv } from 'node:process';
import { bytesOf } from '../src/bytes/bytes.ts';
import { aadOfList, aadOfMap } from '../src/crypto/aad.ts';
import { encrypt, type Handle } from '../src/crypto/ciphertext.ts';
import { hedgedSalt } from '../src/crypto/salt.ts';
import { BarrierKey, makeBarrierRoot, SealKey } from '../src/crypto/hierarchy.ts';
import { uuid } from '../src/crypto/uuid.ts';
import type { Binding } from '../src/crypto/wrapped-secret.ts';

const version = argv[2];
if (version === undefined || !/^v[1-9][0-9]*$/.test(version)) {
  throw new Error('name the version of the formats, as in: node tools/make-archive.ts v1');
}

const random = (length: number) => randomBytes(length);
const region = 'eu-central-1';
const [sealId, tenantId, keyId, versionId] = [uuid(random), uuid(random), uuid(random), uuid(random)];

const sealKey = randomBytes(32);
const barrierRoot = makeBarrierRoot();
const wrappedBarrier = new SealKey(sealKey).wrap(['barrier-key', sealId], barrierRoot, random);
const barrier = BarrierKey.from(barrierRoot);
const wrappedTenant = barrier.makeTenantKey(tenantId, random);
const tenant = barrier.openTenantKey(tenantId, wrappedTenant);
const wrappedInstance = tenant.makeInstanceKey(region, random);
const instance = tenant.openInstanceKey(region, wrappedInstance);

const material = randomBytes(32);
const materialId = tenant.materialId(keyId, material);
const materialBinding: Binding = [
  'material',
  tenantId,
  region,
  keyId,
  versionId,
  'aes-256',
  'encrypt-decrypt',
  'generated',
  '0',
  materialId,
  'raw',
];
const importKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  format: 'der',
  type: 'pkcs8',
});

const secrets = [
  secret(instance, materialBinding, material),
  secret(instance, ['import-key', tenantId, region, keyId, uuid(random), 'RSAES_OAEP_SHA_256'], importKey),
  secret(tenant, ['credential', tenantId, 'AKIAARCHIVE'], Buffer.from(randomBytes(30).toString('base64'))),
  secret(tenant, ['environment-secret', tenantId, uuid(random), 'Größe'], Buffer.from('x')),
  secret(barrier, ['checkpoint-key', uuid(random)], randomBytes(48)),
];

const contexts = [
  null,
  {
    map: [
      ['purpose', 'backup'],
      ['tenant', 'four'],
    ],
  },
  {
    map: [
      ['\u{1F600}', 'é'],
      ['\uFF61', 'e\u0301'],
      ['', ''],
    ],
  },
  { list: ['b', 'a', 'b'] },
] as const;
const handle: Handle = bytesOf(randomBytes(16));
const ciphertexts = contexts.flatMap((context) =>
  [1, 16, 17, 4096].map((length) => {
    const plaintext = randomBytes(length);
    const aad = aadOf(context);
    const made = encrypt(
      createSecretKey(material),
      handle,
      hedgedSalt(randomBytes(32), aad, plaintext),
      aad,
      plaintext,
    );
    return { context, plaintext: plaintext.toString('base64'), ciphertext: made.toString('base64') };
  }),
);

write('hierarchy.json', {
  sealKey: sealKey.toString('base64'),
  sealId,
  tenantId,
  region,
  keyId,
  materialId,
  wrappedBarrier: wrappedBarrier.toString('base64'),
  wrappedTenant: wrappedTenant.toString('base64'),
  wrappedInstance: wrappedInstance.toString('base64'),
  secrets,
});
write('ciphertexts.json', { handle: handle.toString('base64'), ciphertexts });

function secret(level: typeof barrier | typeof tenant | typeof instance, binding: Binding, bytes: Buffer) {
  const name = level === barrier ? 'barrier' : level === tenant ? 'tenant' : 'instance';
  const wrapped = level.wrap(binding, bytes, random);
  return { level: name, binding, secret: bytes.toString('base64'), wrapped: wrapped.toString('base64') };
}

function aadOf(context: (typeof contexts)[number]): Buffer {
  if (context === null) return aadOfMap(undefined);
  return 'map' in context ? aadOfMap(new Map(context.map)) : aadOfList(context.list);
}

function write(name: string, value: unknown): void {
  const folder = resolve(import.meta.dirname, '../test/archive', version as string);
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, name), `${JSON.stringify(value, null, 1)}\n`, { flag: 'wx' });
}
