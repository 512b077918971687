import type { KeyObject } from 'node:crypto';
import { CertificateError, readCertificate, type Certificate } from './certificate.ts';
import { AttestationError } from './errors.ts';

/**
 * Follows a chain of certificates from a trusted root to the leaf, as RFC 5280 section 6.1 asks of a chain of this
 * kind, and answers the leaf's key. Roots are compared by all of their bytes. Revocation is not looked up.
 *
 * @param chain DER, the root first, the leaf last
 * @param timesMs the times at which every certificate must be valid
 * @throws {AttestationError} `untrusted`, `certificate-expired`
 */
export function followChain(
  chain: readonly Buffer[],
  roots: readonly Certificate[],
  timesMs: readonly number[],
): KeyObject {
  const certificates = chain.map(readLink);
  const [root] = certificates;
  const leaf = certificates.at(-1);
  if (root === undefined || leaf === undefined || root === leaf) throw untrusted('The chain has no issuer.');
  if (!roots.some(({ x509 }) => x509.raw.equals(root.x509.raw))) {
    throw untrusted(
      'Its first certificate is not a root that is trusted here. Further roots are set by KEYSTEAD_ATTESTATION_ROOTS.',
    );
  }
  certificates.forEach((certificate, i) => {
    checkTimes(certificate, timesMs);
    if (certificate === leaf) return;
    checkIssuer(certificate, certificates.length - 2 - i);
    checkLink(certificate, certificates[i + 1] as Certificate);
  });
  if (leaf.isAuthority || !leaf.maySignMessages)
    throw untrusted('Its last certificate is not one that signs documents.');
  return leaf.x509.publicKey;
}

function readLink(der: Buffer, at: number): Certificate {
  try {
    return readCertificate(der);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw untrusted(`Certificate ${at} of the chain cannot be used: ${error.message}.`);
  }
}

function checkTimes({ x509 }: Certificate, timesMs: readonly number[]): void {
  const from = x509.validFromDate.getTime();
  const to = x509.validToDate.getTime();
  if (timesMs.some((timeMs) => timeMs < from || timeMs > to)) {
    throw new AttestationError(
      'certificate-expired',
      'A certificate of the attestation document is not valid at this time. Ask for a new document and check the clock.',
    );
  }
}

/** @param authoritiesBelow how many certificates stand between this one and the leaf */
function checkIssuer({ isAuthority, maySignCertificates, pathLength }: Certificate, authoritiesBelow: number): void {
  if (!isAuthority || !maySignCertificates) throw untrusted('One of its issuers is not an authority.');
  if (pathLength !== undefined && authoritiesBelow > pathLength)
    throw untrusted('The chain is longer than one of its issuers allows.');
}

function checkLink(issuer: Certificate, issued: Certificate): void {
  if (!issued.x509.checkIssued(issuer.x509) || !issued.x509.verify(issuer.x509.publicKey))
    throw untrusted('One of its certificates was not issued by the one before it.');
}

function untrusted(message: string): AttestationError {
  return new AttestationError('untrusted', `The attestation document is not trusted. ${message}`);
}
