import { CertificateError, readCertificate, type Certificate } from './certificate.ts';

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/**
 * Reads trusted roots from a text with one or more certificates in PEM.
 *
 * @throws {CertificateError} there is none, or one is not a root that could have issued attestations
 */
export function readRoots(pem: string): readonly Certificate[] {
  const roots = [...pem.matchAll(PEM)].map(([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')));
  if (roots.length === 0) throw new CertificateError('it holds no certificate in PEM');
  if (!roots.every(({ isAuthority, maySignCertificates }) => isAuthority && maySignCertificates))
    throw new CertificateError('it holds a certificate that is not an authority');
  return roots;
}
