import { readFileSync } from 'node:fs';
import { CertificateError, type Certificate } from '../attestation/certificate.ts';
import { NITRO_ROOT } from '../attestation/nitro-root.ts';
import { readRoots } from '../attestation/roots.ts';
import { ConfigError } from '../config/config.ts';

/**
 * The roots to which attestation documents may lead: AWS's, and those of a file in PEM.
 *
 * @throws {ConfigError} the file cannot be used
 */
export function attestationRoots(file: string | undefined): readonly Certificate[] {
  if (file === undefined) return [NITRO_ROOT];
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`KEYSTEAD_ATTESTATION_ROOTS: ${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return [NITRO_ROOT, ...readRoots(pem)];
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new ConfigError(
      `KEYSTEAD_ATTESTATION_ROOTS: ${file} cannot be used: ${error.message}. It must hold certificates of authorities in PEM, with keys of P-384 and signed with SHA-384`,
    );
  }
}
