import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chain, testRoot } from '../attestation/enclave.fixture.ts';
import { NITRO_ROOT } from '../attestation/nitro-root.ts';
import { attestationRoots } from './attestation-roots.ts';

const NOW = Date.UTC(2026, 10, 22);
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'keystead-roots-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'roots.pem');
  writeFileSync(file, text);
  return file;
}

describe('the roots of attestation documents', () => {
  it("are AWS's alone, unless a file names more", () => {
    expect(attestationRoots(undefined)).toEqual([NITRO_ROOT]);
    const root = testRoot(NOW).x509;
    const roots = attestationRoots(fileOf(`Ours:\n${root.toString()}\nTheirs:\n${NITRO_ROOT.x509.toString()}`));
    expect(roots.map(({ x509 }) => x509.fingerprint256)).toEqual(
      [NITRO_ROOT.x509, root, NITRO_ROOT.x509].map(({ fingerprint256 }) => fingerprint256),
    );
  });

  const leaf = chain({ nowMs: NOW }).at(-1) as Buffer;
  const pem = (label: string, der: Buffer) =>
    `-----BEGIN ${label}-----\n${der.toString('base64')}\n-----END ${label}-----\n`;
  const key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'pem', type: 'pkcs8' });

  it.each([
    ['is empty', '', 'it holds no certificate in PEM'],
    ['holds a key', key as string, 'it holds no certificate in PEM'],
    ['holds a leaf', pem('CERTIFICATE', leaf), 'it holds a certificate that is not an authority'],
    ['holds nonsense', pem('CERTIFICATE', Buffer.alloc(100)), 'it is not a certificate'],
  ])('stop the start where the file %s', (_, text, why) => {
    const file = fileOf(text);
    expect(() => attestationRoots(file)).toThrow(`KEYSTEAD_ATTESTATION_ROOTS: ${file} cannot be used: ${why}.`);
  });

  it('stop the start where the file is not there', () => {
    expect(() => attestationRoots(join(folder, 'nowhere'))).toThrow(
      /^KEYSTEAD_ATTESTATION_ROOTS: .*nowhere cannot be read/,
    );
  });
});
