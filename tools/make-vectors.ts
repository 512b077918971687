import { createSecretKey } from 'node:crypto';
import { bytesOf } from '../src/bytes/bytes.ts';
import { aadOfList, aadOfMap } from '../src/crypto/aad.ts';
import { decrypt, encrypt, parseCiphertext, type Handle } from '../src/crypto/ciphertext.ts';
import { TenantKey } from '../src/crypto/hierarchy.ts';
import { deriveKey, label } from '../src/crypto/kdf.ts';
import { keyCheckValue } from '../src/crypto/key-check-value.ts';
import { wrapSecret, type Binding } from '../src/crypto/wrapped-secret.ts';
import { fixed, hex } from './fixed-bytes.ts';
import type { Generator } from './generator.ts';
import { externalVectors } from './make-external-vectors.ts';
import { keySpecVectors } from './make-key-spec-vectors.ts';
import { wrappedKeyVectors } from './make-wrapped-key-vectors.ts';
import { xksVectors } from './make-xks-vectors.ts';

/**
 * The test vectors of docs/spec. All inputs are fixed: the SHA-256 of
 * a name, repeated and cut. test/vectors/*.py compute them again without this code.
 */
export const vectors: Generator = {
  name: 'make-vectors',
  generate: async () => [
    { path: 'docs/spec/ciphertext.vectors.json', text: json(ciphertextVectors()) },
    { path: 'docs/spec/key-hierarchy.vectors.json', text: json(keyHierarchyVectors()) },
    { path: 'docs/spec/key-specs.vectors.json', text: json(await keySpecVectors()) },
    { path: 'docs/spec/xks.vectors.json', text: json(xksVectors()) },
    { path: 'docs/spec/external-ciphertext.vectors.json', text: json(externalVectors()) },
    { path: 'docs/spec/wrapped-key.vectors.json', text: json(wrappedKeyVectors()) },
  ],
};

/** A context as the vectors write it: a map keeps the order in which it was given. */
type Context = { readonly map: readonly (readonly [string, string])[] } | { readonly list: readonly string[] } | null;

const CONTEXTS: readonly (readonly [string, Context])[] = [
  ['no context', null],
  ['an empty map', { map: [] }],
  ['an empty list', { list: [] }],
  ['a map', { map: [['a', 'bc']] }],
  ['a map with the letter on the other side', { map: [['ab', 'c']] }],
  [
    'a map given out of order',
    {
      map: [
        ['tenant', 'four'],
        ['purpose', 'backup'],
      ],
    },
  ],
  [
    'names that UTF-16 sorts otherwise',
    {
      map: [
        ['\u{1F600}', 'é'],
        ['\uFF61', 'e\u0301'],
      ],
    },
  ],
  ['an empty name and value', { map: [['', '']] }],
  ['a list', { list: ['b', 'a', 'b'] }],
  ['a list of the texts of a map', { list: ['a', 'bc'] }],
];

const LENGTHS = [1, 15, 16, 17, 1023, 1024, 4095, 4096];

function ciphertextVectors() {
  const material = fixed('material', 32);
  const made = [
    ...CONTEXTS.map(([name, context]) => seal(material, name, context, fixed(name, 24))),
    ...LENGTHS.map((length) => seal(material, `${length} bytes`, null, fixed('plaintext', length))),
  ];
  const sample = made.find((vector) => vector.name === 'a map') as (typeof made)[number];
  return {
    format: 'keystead-ciphertext-vectors/1',
    made,
    refused: [
      ...refusals(sample.ciphertext).map(([reason, name, ciphertext]) => ({
        name,
        reason,
        material: sample.material,
        aad: sample.aad,
        ciphertext,
      })),
      { name: 'no context', reason: 'wrong-context', ...pick(sample), aad: '00' },
      { name: 'other material', reason: 'wrong-context', ...pick(sample), material: hex(fixed('other', 32)) },
    ],
  };
}

function seal(material: Buffer, name: string, context: Context, plaintext: Buffer) {
  const handle: Handle = bytesOf(fixed(`handle of ${name}`, 16));
  const salt = fixed(`salt of ${name}`, 32);
  const aad = aadOf(context);
  const key = createSecretKey(material);
  const ciphertext = encrypt(key, handle, salt, aad, plaintext);
  const parsed = parseCiphertext(ciphertext);
  if (parsed === undefined || typeof decrypt(key, parsed, aad) === 'string') throw new Error(`'${name}' does not open`);
  return {
    name,
    material: hex(material),
    handle: hex(handle),
    salt: hex(salt),
    context,
    aad: hex(aad),
    plaintext: hex(plaintext),
    ciphertext: hex(ciphertext),
  };
}

type Reason = 'unreadable' | 'wrong-context' | 'damaged';

/** One change for each field of the frame, and the reason that a reader finds. */
function refusals(ciphertext: string): (readonly [Reason, string, string])[] {
  const bytes = Buffer.from(ciphertext, 'hex');
  const flip = (offset: number) => hex(bytes.map((byte, at) => (at === offset ? byte ^ 1 : byte)));
  return [
    ['unreadable', 'magic', flip(0)],
    ['unreadable', 'format', flip(2)],
    ['unreadable', 'suite', flip(3)],
    ['unreadable', 'empty body', hex(bytes.subarray(0, 100))],
    ['unreadable', '4197 bytes', hex(Buffer.concat([bytes], 4197))],
    ['wrong-context', 'handle', flip(4)],
    ['wrong-context', 'salt', flip(51)],
    ['wrong-context', 'commitment', flip(83)],
    ['damaged', 'body', flip(84)],
    ['damaged', 'tag', flip(bytes.length - 1)],
    ['damaged', 'last byte missing', hex(bytes.subarray(0, -1))],
    ['damaged', 'a byte more', hex(Buffer.concat([bytes, Buffer.alloc(1)]))],
  ];
}

const LABELS = [
  'keystead/seal/barrier/v1',
  'keystead/barrier/wrap/v1',
  'keystead/barrier/records/v1',
  'keystead/tenant/wrap/v1',
  'keystead/tenant/records/v1',
  'keystead/tenant/material-id/v1',
  'keystead/tenant/material-use/v1',
  'keystead/instance/wrap/v1',
];

const TENANT = '7c9b2f0e-6a1d-4c55-9f3b-2d8e01a4b6c7';
const KEY = '1f4e3d2c-5b6a-4798-8a9b-0c1d2e3f4051';
const REGION = 'eu-central-1';

const BINDINGS: readonly (readonly [Binding, number])[] = [
  [['barrier-key', '0b5c8d1e-2f3a-4b6c-8d7e-9f0a1b2c3d4e'], 32],
  [['tenant-key', TENANT], 32],
  [['instance-key', TENANT, REGION], 32],
  [['material', TENANT, REGION, KEY, 'v', 'aes-256', 'encrypt-decrypt', 'imported', '0', 'ab'.repeat(32), 'raw'], 32],
  [['material', TENANT, REGION, KEY, 'v', 'rsa-2048', 'sign-verify', 'generated', '1', 'cd'.repeat(32), 'pkcs8'], 1217],
  [['import-key', TENANT, REGION, KEY, 'token', 'RSAES_OAEP_SHA_256'], 1216],
  [['credential', TENANT, 'AKIAEXAMPLE'], 40],
  [['checkpoint-key', 'installation'], 48],
  [['environment-secret', TENANT, 'environment', 'Größe'], 1],
];

function keyHierarchyVectors() {
  const root = fixed('root', 32);
  return {
    format: 'keystead-key-hierarchy-vectors/1',
    derived: LABELS.map((text) => ({
      root: hex(root),
      label: text,
      key: hex(deriveKey(createSecretKey(root), label(text)).export()),
    })),
    wrapped: BINDINGS.map(([binding, length]) => wrapped(binding, fixed(binding.join(), length))),
    levels: levels(),
    materialIds: ['a', 'b'].map((keyId) => materialId(keyId, fixed('material', 32))),
    materialUses: [32, 48].map((length) => materialUse(fixed('material', length))),
    keyCheckValues: [16, 24, 32, 64].map((length) => checkValue(fixed('material', length))),
  };
}

function wrapped([purpose, ...fields]: Binding, secret: Buffer) {
  const key = fixed('wrapping key', 32);
  const salt = fixed(`salt of ${purpose}`, 32);
  const bytes = wrapSecret(createSecretKey(key), [purpose, ...fields] as unknown as Binding, salt, secret);
  return { key: hex(key), purpose, fields, salt: hex(salt), secret: hex(secret), wrapped: hex(bytes) };
}

/** The chain from the seal file down: each root wrapped by the level above, under the key derived for that. */
function levels() {
  const [sealKey, barrierRoot, tenantRoot, instanceRoot] = ['seal', 'barrier', 'tenant', 'instance'].map((name) =>
    fixed(`${name} root`, 32),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const salt = fixed('salt of the chain', 32);
  const written = { sealKey, barrierRoot, tenantRoot, instanceRoot };
  const inputs = Object.fromEntries(Object.entries(written).map(([name, bytes]) => [name, hex(bytes)]));
  // Not by the levels themselves: their salts are never twice the same.
  const wrapBelow = (root: Buffer, use: string, binding: Binding, secret: Buffer) =>
    hex(wrapSecret(deriveKey(createSecretKey(root), label(use)), binding, salt, secret));
  return {
    ...inputs,
    sealId: 'seal-id',
    tenantId: TENANT,
    region: REGION,
    salt: hex(salt),
    wrappedBarrier: wrapBelow(sealKey, 'keystead/seal/barrier/v1', ['barrier-key', 'seal-id'], barrierRoot),
    wrappedTenant: wrapBelow(barrierRoot, 'keystead/barrier/wrap/v1', ['tenant-key', TENANT], tenantRoot),
    wrappedInstance: wrapBelow(tenantRoot, 'keystead/tenant/wrap/v1', ['instance-key', TENANT, REGION], instanceRoot),
  };
}

function materialId(keyId: string, material: Buffer) {
  const tenantRoot = fixed('tenant root', 32);
  const inputs = { tenantRoot: hex(tenantRoot), keyId, material: hex(material) };
  return { ...inputs, materialId: TenantKey.from(tenantRoot, TENANT).materialId(keyId, material) };
}

function materialUse(material: Buffer) {
  const tenantRoot = fixed('tenant root', 32);
  const inputs = { tenantRoot: hex(tenantRoot), material: hex(material) };
  return { ...inputs, materialUse: TenantKey.from(tenantRoot, TENANT).materialUseId(material) };
}

function checkValue(material: Buffer) {
  return { material: hex(material), keyCheckValue: keyCheckValue(createSecretKey(material)) };
}

function aadOf(context: Context): Buffer {
  if (context === null) return aadOfMap(undefined);
  return 'map' in context ? aadOfMap(new Map(context.map)) : aadOfList(context.list);
}

function pick({ material, aad, ciphertext }: { material: string; aad: string; ciphertext: string }) {
  return { material, aad, ciphertext };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
