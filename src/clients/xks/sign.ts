import { hash } from 'node:crypto';
import { deriveSigningKey, signatureOf } from '../../protocols/sigv4/signing-key.ts';
import { formatAmzDate } from '../../protocols/sigv4/time.ts';

/** What a request to a proxy is signed with. */
export interface XksSigner {
  readonly accessKeyId: string;
  /** Stays the caller's to wipe. */
  readonly secret: Uint8Array;
  /** The region that the key store belongs to. */
  readonly region: string;
}

const SERVICE = 'kms-xks-proxy';
const SIGNED_HEADERS = 'host;x-amz-date';

/**
 * The headers of a signed POST (specification, appendix A). The path has characters alone that the signature spells as
 * they are.
 */
export function signedHeaders(
  host: string,
  path: string,
  body: Uint8Array,
  { accessKeyId, secret, region }: XksSigner,
  nowMs: number,
): Readonly<Record<string, string>> {
  const time = formatAmzDate(nowMs);
  const date = time.slice(0, 8);
  const request = `POST\n${path}\n\nhost:${host}\nx-amz-date:${time}\n\n${SIGNED_HEADERS}\n${hash('sha256', body)}`;
  const scope = `${date}/${region}/${SERVICE}/aws4_request`;
  const key = deriveSigningKey(secret, { date, region, service: SERVICE });
  const signature = signatureOf(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', request)}`).toString('hex');
  return {
    host,
    'x-amz-date': time,
    'content-type': 'application/json',
    'content-length': String(body.byteLength),
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
  };
}
