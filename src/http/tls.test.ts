import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCertificate } from './tls.ts';

it('says which files cannot be used, and what they must be', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-tls-'));
  try {
    const [certificatePath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    writeFileSync(certificatePath, 'no certificate');
    writeFileSync(keyPath, 'no key');
    expect(() => readCertificate({ certificatePath, keyPath })).toThrow(
      `the certificate ${certificatePath} and the key ${keyPath} cannot be used: both must be PEM`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
