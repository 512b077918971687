import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateWrappingKey, type WrappingKeyPair } from '../src/crypto/import-wrapping.ts';
import { World, type Account } from '../src/protocols/key-protect/key-protect.fixture.ts';
import { missing } from './conformance/client.fixture.ts';

/** Tools of the system, and no code of ours: what somebody at home has to bring a key by docs/spec/import-token.md. */
const OPENSSL = '/usr/bin/openssl';
const PYTHON = '/usr/bin/python3';
const KEY = 'application/vnd.ibm.kms.key+json';
const SEAL = `import base64, os, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
material, nonce, iv = open(sys.argv[1], 'rb').read(), base64.b64decode(sys.argv[2]), os.urandom(12)
print(base64.b64encode(AESGCM(material).encrypt(iv, nonce, None)).decode(), base64.b64encode(iv).decode())`;
const why =
  missing({ name: 'OpenSSL', command: OPENSSL, probe: ['version'] }) ??
  missing({ name: 'cryptography for Python', command: PYTHON, probe: ['-c', 'import cryptography'] });

/** With a wrapping key of the size that is handed out, which works off the event loop. */
class RealWorld extends World {
  protected override makeWrappingPair(): Promise<WrappingKeyPair> {
    return generateWrappingKey('RSA_4096');
  }
}

const world = new RealWorld();
let account: Account;
let folder: string;
const file = (name: string) => join(folder, name);
const openssl = (...args: readonly string[]) => execFileSync(OPENSSL, args, { stdio: ['ignore', 'pipe', 'pipe'] });
const call = (method: string, path: string, body?: unknown) =>
  world.call(account, account.admin, method, path, { body });

describe.skipIf(why !== undefined)('a key that is made at home', () => {
  let nonce: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-import-'));
    account = await world.account();
    await call('POST', '/import_token', {});
    const token = (await call('GET', '/import_token')).body;
    writeFileSync(file('token.pem'), Buffer.from(token.payload, 'base64'));
    nonce = token.nonce;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gets a public key of 4096 bits', () => {
    const text = openssl('pkey', '-pubin', '-in', file('token.pem'), '-noout', '-text').toString();
    expect(text).toContain('(4096 bit)');
  });

  it.each([
    [16, 'sha256'],
    [24, 'sha256'],
    [32, 'sha256'],
    [32, 'sha1'],
  ])('of %i bytes, with MGF1 by %s, comes in by the token', async (length, mgf1) => {
    openssl('rand', '-out', file('material'), String(length));
    const material = readFileSync(file('material'));
    const oaep = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', `rsa_mgf1_md:${mgf1}`];
    const options = oaep.flatMap((option) => ['-pkeyopt', option]);
    const where = ['-pubin', '-inkey', file('token.pem'), '-in', file('material'), '-out', file('payload')];
    openssl('pkeyutl', '-encrypt', ...where, ...options);
    const sealed = execFileSync(PYTHON, ['-c', SEAL, file('material'), nonce])
      .toString()
      .trim();
    const [encryptedNonce, iv] = sealed.split(' ');
    const payload = readFileSync(file('payload')).toString('base64');

    const root = { type: KEY, name: 'from-home', extractable: false, payload, encryptedNonce, iv };
    const body = {
      metadata: { collectionType: KEY, collectionTotal: 1 },
      resources: [{ ...root, encryptionAlgorithm: 'RSAES_OAEP_SHA_256' }],
    };
    const made = await call('POST', '/keys', body);
    expect(made.status).toBe(201);
    expect(made.body.resources[0]).toMatchObject({ imported: true, extractable: false, algorithmBitSize: length * 8 });
    const { id } = made.body.resources[0];
    const open = await world.keys.find(account.instance, id);
    expect(open?.key.versions[0]?.materialId).toBe(account.tenant.tenantKey.materialId(id, material));
    const plaintext = Buffer.from('data key').toString('base64');
    const { ciphertext } = (await call('POST', `/keys/${id}/actions/wrap`, { plaintext })).body;
    expect((await call('POST', `/keys/${id}/actions/unwrap`, { ciphertext })).body.plaintext).toBe(plaintext);
  });
});
