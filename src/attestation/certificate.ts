import { X509Certificate, type KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate as Asn1Certificate,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  KeyUsage,
  KeyUsageFlags,
} from '@peculiar/asn1-x509';
import { contextTag, der, DerError, DerReader, encodeDer, TAG } from '../crypto/der.ts';

/** A certificate of the Nitro kind (P-384 throughout), with what OpenSSL does not tell of it. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and the leaf. Absent: any number. */
  readonly pathLength?: number;
  readonly maySignCertificates: boolean;
  readonly maySignMessages: boolean;
  /** What its issuer signed, and the signature (DER). */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** A certificate that cannot be used. The message says why. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

const ECDSA_WITH_SHA384 = '1.2.840.10045.4.3.3';
const P384 = 'secp384r1';

/**
 * Reads a certificate (RFC 5280) from exactly these bytes of DER.
 *
 * @throws {CertificateError} it is none, has a critical extension that is not understood here, or an algorithm other
 *   than ECDSA with P-384 and SHA-384
 */
export function readCertificate(bytes: Buffer): Certificate {
  let x509: X509Certificate;
  let parsed: Asn1Certificate;
  let publicKey: KeyObject;
  try {
    x509 = new X509Certificate(bytes);
    // OpenSSL reads the key only when it is asked for.
    ({ publicKey } = x509);
    parsed = AsnConvert.parse(bytes, Asn1Certificate);
  } catch {
    throw new CertificateError('it is not a certificate');
  }
  // OpenSSL reads PEM too, and stops where the certificate ends.
  if (!x509.raw.equals(bytes)) throw new CertificateError('it is not a certificate in DER');
  if (parsed.signatureAlgorithm.algorithm !== ECDSA_WITH_SHA384)
    throw new CertificateError('it is not signed by ECDSA with SHA-384');
  if (publicKey.asymmetricKeyDetails?.namedCurve !== P384) throw new CertificateError('its key is not of P-384');

  const parts = partsOf(bytes);
  if (parts === undefined) throw new CertificateError('it names two algorithms, or is not in DER');

  const extensions = parsed.tbsCertificate.extensions ?? [];
  if (new Set(extensions.map(({ extnID }) => extnID)).size !== extensions.length)
    throw new CertificateError('it has an extension twice');
  const unknown = extensions.find(({ critical, extnID }) => critical && !UNDERSTOOD.includes(extnID));
  if (unknown) throw new CertificateError(`its critical extension ${unknown.extnID} is not understood here`);
  const extension = <T>(id: string, type: new () => T): T | undefined => {
    const found = extensions.find(({ extnID }) => extnID === id);
    return found && AsnConvert.parse(found.extnValue.buffer, type);
  };
  try {
    const constraints = extension(id_ce_basicConstraints, BasicConstraints);
    const usage = extension(id_ce_keyUsage, KeyUsage)?.toNumber() ?? 0;
    return {
      x509,
      isAuthority: constraints?.cA === true,
      ...(constraints?.pathLenConstraint !== undefined && { pathLength: constraints.pathLenConstraint }),
      maySignCertificates: x509.ca && (usage & KeyUsageFlags.keyCertSign) !== 0,
      maySignMessages: (usage & KeyUsageFlags.digitalSignature) !== 0,
      ...parts,
    };
  } catch {
    throw new CertificateError('its extensions cannot be read');
  }
}

const UNDERSTOOD: readonly string[] = [id_ce_basicConstraints, id_ce_keyUsage];

const VERSION = contextTag(0, 'constructed');

/** RFC 5280 section 4.1.1. The signed part names the algorithm once more: it must be the same to the byte. */
function partsOf(certificate: Buffer): Pick<Certificate, 'signed' | 'signature'> | undefined {
  try {
    const parts = new DerReader(certificate).inside(TAG.sequence);
    const signed = parts.value(TAG.sequence);
    const algorithm = parts.value(TAG.sequence);
    const signature = parts.bits();
    parts.end();
    const inner = new DerReader(signed);
    if (inner.has(VERSION)) inner.value(VERSION);
    inner.value(TAG.integer);
    if (!inner.value(TAG.sequence).equals(algorithm)) return undefined;
    return { signed: encodeDer(der(TAG.sequence, signed)), signature };
  } catch (cause) {
    if (cause instanceof DerError) return undefined;
    throw cause;
  }
}
