import { hash, verify } from 'node:crypto';
import { aside } from '../crypto/aside.ts';
import { readCertificate, type Certificate } from './certificate.ts';

/** Certificates that were found to be issued by another are remembered, so many at the most: the oldest are forgotten. */
const MAX_REMEMBERED = 512;

/**
 * By the digest of both certificates, issuer first. That one was issued by the other stays true; whether the issuer is
 * trusted and both are valid is asked each time.
 */
const remembered = new Map<string, Certificate>();

/**
 * The certificate in these bytes, if it was issued by that one: it names it, and is signed by it. The signature is
 * verified on a thread, and only once. `undefined`: it was not.
 *
 * @throws {CertificateError}
 */
export async function issuedBy(issuer: Certificate, der: Buffer): Promise<Certificate | undefined> {
  const name = hash('sha256', Buffer.concat([issuer.x509.raw, der]), 'base64');
  const known = remembered.get(name);
  if (known !== undefined) {
    remembered.delete(name);
    remembered.set(name, known);
    return known;
  }
  const certificate = readCertificate(der);
  if (!certificate.x509.checkIssued(issuer.x509) || !(await isSignedBy(certificate, issuer))) return undefined;
  remembered.set(name, certificate);
  if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
  return certificate;
}

/** RFC 5280 section 4.1.1.3, with the one algorithm that {@link readCertificate} takes. */
function isSignedBy({ signed, signature }: Certificate, issuer: Certificate): Promise<boolean> {
  return aside(
    () =>
      new Promise((resolve, reject) =>
        verify('sha384', signed, issuer.x509.publicKey, signature, (error, isValid) =>
          error ? reject(error) : resolve(isValid),
        ),
      ),
  );
}
