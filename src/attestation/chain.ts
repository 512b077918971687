import type { KeyObject } from 'node:crypto';
import { CertificateError, type Certificate } from './certificate.ts';
import { AttestationError } from './errors.ts';
import { issuedBy } from './issued.ts';

/**
 * Follows a chain of certificates from a trusted root to the leaf, as RFC 5280 section 6.1 asks of a chain of this
 * kind, and answers the leaf's key. Roots are compared by all of their bytes. Revocation is not looked up. A
 * certificate is read when its issuer is found to be trusted, not before.
 *
 * @param chain DER, the root first, the leaf last
 * @param timesMs the times at which every certificate must be valid
 * @throws {AttestationError} `untrusted`, `certificate-expired`
 */
export async function followChain(
  [first, ...others]: readonly Buffer[],
  roots: readonly Certificate[],
  timesMs: readonly number[],
): Promise<KeyObject> {
  if (first === undefined || others.length === 0) throw untrusted('The chain has no issuer.');
  const root = roots.find(({ x509 }) => x509.raw.equals(first));
  if (root === undefined) {
    throw untrusted(
      'Its first certificate is not a root that is trusted here. Further roots are set by KEYSTEAD_ATTESTATION_ROOTS.',
    );
  }
  checkTimes(root, timesMs);
  let last = root;
  for (const [at, der] of others.entries()) {
    checkIssuer(last, others.length - 1 - at);
    last = await readLink(last, der, at + 1);
    checkTimes(last, timesMs);
  }
  if (last.isAuthority || !last.maySignMessages)
    throw untrusted('Its last certificate is not one that signs documents.');
  return last.x509.publicKey;
}

/** @param at its place in the chain */
async function readLink(issuer: Certificate, der: Buffer, at: number): Promise<Certificate> {
  let issued: Certificate | undefined;
  try {
    issued = await issuedBy(issuer, der);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw untrusted(`Certificate ${at} of the chain cannot be used: ${error.message}.`);
  }
  if (issued === undefined) throw untrusted('One of its certificates was not issued by the one before it.');
  return issued;
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

function untrusted(message: string): AttestationError {
  return new AttestationError('untrusted', `The attestation document is not trusted. ${message}`);
}
