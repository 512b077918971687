import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepSigner, readSigner, SignerError } from './signer-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystead-signer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads what was kept', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  keepSigner(folder, { origin: 'keystead/test', publicKey });
  const signer = readSigner(folder);
  expect(signer.origin).toBe('keystead/test');
  expect(signer.publicKey.equals(publicKey)).toBe(true);
});

it('says what to do when there is none: the folder may be the wrong one, or freshly restored', () => {
  expect(() => readSigner(folder)).toThrow(SignerError);
  expect(() => readSigner(folder)).toThrow(/there is no .*signer\.json.*check the data folder.*at its next start$/);
});

it('refuses a file that holds no public key', () => {
  for (const text of ['', '{}', '{"origin":"a","publicKey":"b"}']) {
    writeFileSync(join(folder, 'signer.json'), text);
    expect(() => readSigner(folder)).toThrow(SignerError);
  }
});
