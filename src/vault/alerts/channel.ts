import type { TenantKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import type { AlertKind } from './alert.ts';

/** Where people are told. */
export type ChannelPlace =
  /** `secret`: base64 of the wrapped secret that messages are signed with. */
  | { readonly kind: 'webhook'; readonly url: string; readonly secret: string }
  | { readonly kind: 'email'; readonly recipients: readonly string[] };

/** Whom a tenant has told of what becomes of its backups. */
export interface AlertChannel {
  readonly tenantId: string;
  readonly id: string;
  readonly revision: number;
  /** Unique in the tenant. */
  readonly label: string;
  readonly place: ChannelPlace;
  /** Absent: all of them. */
  readonly kinds?: readonly AlertKind[];
  /** Absent: all environments of the tenant. */
  readonly environmentIds?: readonly string[];
  readonly createdAtMs: number;
}

/** Whether a channel wants to hear of something. A test is for who asked for it alone. */
export function wants(
  { kinds, environmentIds }: AlertChannel,
  kind: AlertKind,
  environmentId: string | undefined,
): boolean {
  if (kind === 'test') return false;
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  return environmentIds === undefined || environmentId === undefined || environmentIds.includes(environmentId);
}

/**
 * An address as it may stand in a message: the dot-atom form of RFC 5321 section 4.1.2, and no more. No quotes, comments,
 * lists or line ends, so that nothing but one recipient can come of it.
 */
const EMAIL_ADDRESS =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;

/** RFC 5321 section 4.5.3.1: 64 octets before the sign, 254 in all (RFC 3696, erratum 1690). */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && text.indexOf('@') <= 64 && EMAIL_ADDRESS.test(text);
}

/** Wraps the secret of a webhook. The caller wipes it. */
export function wrapChannelSecret(tenantKey: TenantKey, id: string, secret: Uint8Array, random: Random): string {
  return tenantKey.wrap(['channel-secret', tenantKey.tenantId, id, 'webhook'], secret, random).toString('base64');
}

/** Opens the secret of a webhook. The caller wipes it. */
export function openChannelSecret(tenantKey: TenantKey, id: string, secret: string): Buffer {
  return tenantKey.unwrap(['channel-secret', tenantKey.tenantId, id, 'webhook'], Buffer.from(secret, 'base64'));
}
