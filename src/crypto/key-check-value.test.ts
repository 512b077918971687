import { execFileSync } from 'node:child_process';
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyCheckValue } from './key-check-value.ts';

const of = (material: Buffer) => keyCheckValue(createSecretKey(material));

/** The command of docs/spec/key-hierarchy.md, as its reader would type it. */
function atHome(material: Buffer): string {
  const command =
    'printf keystead/key-check-value/v1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$MATERIAL_IN_HEX | tail -c 65 | head -c 16';
  return execFileSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, MATERIAL_IN_HEX: material.toString('hex') },
  });
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
}

describe('a key check value', () => {
  it('is the one of the specification', () => {
    // printf keystead/key-check-value/v1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:00..1f
    const material = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
    expect(of(material)).toBe('34aba90018b776e2');
  });

  it('differs for different material', () => {
    expect(new Set(Array.from({ length: 100 }, () => of(randomBytes(32)))).size).toBe(100);
  });

  it.skipIf(!hasOpenssl())('is what its owner computes at home by the command in the specification', () => {
    for (const length of [16, 24, 32, 64]) {
      const material = randomBytes(length);
      expect(of(material)).toBe(atHome(material));
    }
  });

  it.skipIf(!hasOpenssl())('of a pair is what its owner computes at home by the command in the specification', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    const folder = mkdtempSync(join(tmpdir(), 'keystead-check-value-'));
    try {
      writeFileSync(join(folder, 'key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
      const command = 'openssl pkey -in key.pem -pubout -outform DER | sha256sum';
      const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8', cwd: folder });
      expect(keyCheckValue(privateKey)).toBe(printed.slice(0, 64));
      expect(keyCheckValue(publicKey)).toBe(printed.slice(0, 64));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
