import { constants, createDecipheriv, generateKeyPairSync, privateDecrypt, sign, type KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { encode, Tagged } from 'cborg';
import { readCertificate, type Certificate as ReadCertificate } from './certificate.ts';

const ECDSA_WITH_SHA384 = '1.2.840.10045.4.3.3';
const HOUR = 3_600_000;

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const pairs: Pair[] = [];
/** A P-384 pair; the same one for the same number. */
function pair(at: number, namedCurve = 'P-384'): Pair {
  if (namedCurve !== 'P-384') return generateKeyPairSync('ec', { namedCurve });
  pairs[at] ??= generateKeyPairSync('ec', { namedCurve });
  return pairs[at];
}

let rsa: Pair | undefined;
/** The RSA pair of an enclave. */
export function recipientPair(): Pair {
  rsa ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return rsa;
}

/** How one certificate of a chain departs from a good one. */
export interface CertificateDeparture {
  readonly isAuthority?: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly issuer?: string;
  readonly curve?: string;
  readonly hash?: 'sha384' | 'sha256';
  /** Signed by a key that is not the issuer's. */
  readonly wrongSigner?: boolean;
  readonly critical?: string;
}

/** How a chain and a document depart from good ones. */
export interface Departure {
  readonly nowMs: number;
  /** Certificates between root and leaf. */
  readonly between?: number;
  /** By their place: 0 is the root, -1 the leaf. */
  readonly certificates?: { readonly [place: number]: CertificateDeparture };
  /** Members of the payload that are put in place of the good ones; `undefined` leaves one out. */
  readonly payload?: { readonly [member: string]: unknown };
  readonly protectedHeader?: unknown;
  readonly unprotectedHeader?: unknown;
  readonly signature?: Uint8Array;
  readonly tag?: number;
  readonly signingKey?: KeyObject;
}

const NAMES = ['root', 'zone', 'region', 'instance', 'hall', 'rack', 'slot', 'card', 'chip'];

/** The root that {@link attestationDocument} leads to, at a time. */
export function testRoot(nowMs: number): ReadCertificate {
  return readCertificate(chain({ nowMs })[0] as Buffer);
}

/** A chain like Nitro's, in DER: the root first, the leaf last. */
export function chain({ nowMs, between = 3, certificates = {} }: Departure): Buffer[] {
  const places = between + 2;
  return Array.from({ length: places }, (_, i) => {
    const departure = certificates[i] ?? certificates[i - places] ?? {};
    const isLeaf = i === places - 1;
    const pathLength = i === 0 || isLeaf ? undefined : places - 2 - i;
    return issued(i, Math.max(0, i - 1), nowMs, {
      isAuthority: !isLeaf,
      keyUsage: isLeaf ? KeyUsageFlags.digitalSignature : KeyUsageFlags.keyCertSign,
      ...(pathLength !== undefined && { pathLength }),
      ...departure,
    });
  });
}

const made = new Map<string, Buffer>();
/** The same certificate for the same question: its signature differs each time that it is made. */
function issued(...question: Parameters<typeof certificate>): Buffer {
  const text = JSON.stringify(question);
  const der = made.get(text) ?? certificate(...question);
  made.set(text, der);
  return der;
}

function certificate(at: number, issuer: number, nowMs: number, departure: CertificateDeparture): Buffer {
  const { isAuthority = false, pathLength, keyUsage = 0, critical, hash = 'sha384', curve = 'P-384' } = departure;
  const algorithm = new AlgorithmIdentifier({
    algorithm: hash === 'sha384' ? ECDSA_WITH_SHA384 : '1.2.840.10045.4.3.2',
  });
  const extensions = [
    extension(
      id_ce_basicConstraints,
      new BasicConstraints({ cA: isAuthority, ...(pathLength !== undefined && { pathLenConstraint: pathLength }) }),
    ),
    extension(id_ce_keyUsage, new KeyUsage(keyUsage)),
    ...(critical === undefined ? [] : [extension(critical, new KeyUsage(1))]),
  ];
  const validity = {
    notBefore: new Date(departure.fromMs ?? nowMs - HOUR),
    notAfter: new Date(departure.toMs ?? nowMs + HOUR),
  };
  const tbs = new TBSCertificate({
    version: Version.v3,
    serialNumber: Uint8Array.of(at + 1).buffer,
    signature: algorithm,
    issuer: nameOf(departure.issuer ?? NAMES[issuer] ?? ''),
    validity: new Validity(validity),
    subject: nameOf(NAMES[at] ?? ''),
    subjectPublicKeyInfo: AsnConvert.parse(
      pair(at, curve).publicKey.export({ format: 'der', type: 'spki' }),
      SubjectPublicKeyInfo,
    ),
    extensions: new Extensions(extensions),
  });
  const signer = departure.wrongSigner === true ? pair(99) : pair(issuer);
  const signed = sign(hash, Buffer.from(AsnConvert.serialize(tbs)), signer.privateKey);
  const whole = new Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(signed).buffer,
  });
  return Buffer.from(AsnConvert.serialize(whole));
}

function extension(extnID: string, value: unknown): Extension {
  return new Extension({ extnID, critical: true, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: '2.5.4.3', value })])]);
}

/** Registers of an enclave: 0 to 4 measured, the rest not. */
export const REGISTERS: ReadonlyMap<number, Uint8Array> = new Map(
  Array.from({ length: 16 }, (_, i) => [i, new Uint8Array(48).fill(i < 5 ? i + 1 : 0)]),
);

/** The payload of a good document, with what the departure puts in place. */
export function payload(departure: Departure): Map<string, unknown> {
  const certificates = chain(departure);
  const spki = recipientPair().publicKey.export({ format: 'der', type: 'spki' });
  const good = {
    module_id: 'i-0123456789abcdef0-enc0123456789abcdef',
    digest: 'SHA384',
    timestamp: departure.nowMs,
    pcrs: REGISTERS,
    certificate: plain(certificates.at(-1) as Buffer),
    cabundle: certificates.slice(0, -1).map(plain),
    public_key: plain(spki),
    user_data: null,
    nonce: null,
  };
  return new Map(Object.entries({ ...good, ...departure.payload }).filter(([, value]) => value !== undefined));
}

/** A document as an enclave gets it from its hypervisor. */
export function attestationDocument(departure: Departure): Buffer {
  return signedDocument(plain(encode(payload(departure))), departure);
}

/** Signs any bytes as the payload of a document. */
export function signedDocument(bytes: Uint8Array, departure: Departure): Buffer {
  const { between = 3, protectedHeader = new Map([[1, -35]]), unprotectedHeader = new Map() } = departure;
  const header = plain(encode(protectedHeader));
  const signingKey = departure.signingKey ?? pair(between + 1).privateKey;
  const signed = encode(['Signature1', header, new Uint8Array(), bytes]);
  const signature =
    departure.signature ?? plain(sign('sha384', signed, { key: signingKey, dsaEncoding: 'ieee-p1363' }));
  const message = [header, unprotectedHeader, bytes, signature];
  return Buffer.from(encode(departure.tag === undefined ? message : new Tagged(departure.tag, message)));
}

/** cborg writes a Buffer as something else. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/**
 * The AWS Nitro Enclaves SDK for C reads the message front to back: of a value with an indefinite length it takes the
 * header and goes on inside, of any other the whole value. So only this one form gets through.
 */
export function openLikeTheSdk(message: Buffer, key = recipientPair().privateKey): Buffer {
  const expect = (isRight: boolean): void => {
    if (!isRight) throw new Error('the SDK of Nitro Enclaves does not read this message');
  };
  let rest = message;
  const next = (tag: number): Buffer => {
    expect(rest[0] === tag);
    if (rest[1] === 0x80) {
      rest = rest.subarray(2);
      return Buffer.alloc(0);
    }
    const long = (rest[1] as number) & 0x80 ? (rest[1] as number) & 0x7f : 0;
    const length = long === 0 ? (rest[1] as number) : rest.readUIntBE(2, long);
    const value = rest.subarray(2 + long, 2 + long + length);
    rest = rest.subarray(2 + long + length);
    return value;
  };
  const inside = (value: Buffer): ((tag: number) => Buffer) => {
    const outer = rest;
    return (tag) => {
      rest = value;
      const found = next(tag);
      value = rest;
      rest = outer;
      return found;
    };
  };
  next(0x30);
  next(0x06);
  next(0xa0);
  next(0x30);
  expect(next(0x02).equals(Buffer.of(2)));
  const recipient = inside(inside(next(0x31))(0x30));
  expect(recipient(0x02).equals(Buffer.of(2)));
  recipient(0x80);
  recipient(0x30);
  const encryptedKey = recipient(0x04);
  next(0x30);
  next(0x06);
  const algorithm = inside(next(0x30));
  algorithm(0x06);
  const iv = algorithm(0x04);
  next(0xa0);
  const parts: Buffer[] = [];
  while (rest[0] === 0x04) parts.push(next(0x04));
  expect(rest.equals(Buffer.alloc(10)));
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const contentKey = privateDecrypt({ key, padding, oaepHash: 'sha256' }, encryptedKey);
  const decipher = createDecipheriv('aes-256-cbc', contentKey, iv);
  return Buffer.concat([decipher.update(Buffer.concat(parts)), decipher.final()]);
}
