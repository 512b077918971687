import { bytesOf, type Bytes } from '../bytes/bytes.ts';
import type { Random } from '../crypto/random.ts';
import type { ExternalFailure } from './external-keys.ts';
import type { KeySpace } from './key-space.ts';

/** Why a token did not open. The binding to tokens is not there yet: so far there is one answer. */
export type TokenFailure = 'token-not-available';

/** Whether the keys of a store can be used. What AWS calls CONNECTING and DISCONNECTING is over within one act here. */
export type Connection =
  | { readonly state: 'disconnected' }
  | { readonly state: 'connected' }
  | { readonly state: 'failed'; readonly failure: ExternalFailure | TokenFailure };

/** A proxy in front of somebody's keys: the External Key Store Proxy API. */
export interface ProxyReach {
  readonly kind: 'proxy';
  /** `service`: by a private way that the operator has laid, named {@link serviceName}. */
  readonly connectivity: 'public' | 'service';
  /** `https://host`. */
  readonly uriEndpoint: string;
  /** `[/prefix]/kms/xks/v1`. */
  readonly uriPath: string;
  readonly serviceName?: string;
  readonly serviceOwner?: string;
  readonly accessKeyId: string;
  /** Base64 of the wrapped secret. */
  readonly secret: string;
}

/** A PKCS#11 token of this installation. */
export interface TokenReach {
  readonly kind: 'token';
  readonly clusterId: string;
  /** The certificate in PEM that was given as the token's trust anchor. */
  readonly trustAnchor: string;
  /** Base64 of the wrapped password. */
  readonly password: string;
}

export type Reach = ProxyReach | TokenReach;

/** A place outside of this installation where keys live, or their other halves. It belongs to one tenant and region. */
export interface KeyStore {
  readonly tenantId: string;
  readonly region: string;
  /** `cks-` and 17 hexadecimal digits. */
  readonly id: string;
  readonly revision: number;
  /** Unique in the region. */
  readonly name: string;
  readonly connection: Connection;
  readonly reach: Reach;
  readonly createdAtMs: number;
}

export type KeyStoreSecret = Bytes<'CredentialSecret'>;

export function makeKeyStoreId(random: Random): string {
  return `cks-${random(9).toString('hex').slice(0, 17)}`;
}

/** Which secret of a store is meant: what signs for its proxy under one access key id, or the password of its token. */
export type SecretName = `proxy ${string}` | 'token password';

/** Wraps a secret for the record of a store. */
export function wrapStoreSecret(
  space: KeySpace,
  keyStoreId: string,
  name: SecretName,
  secret: Uint8Array,
  random: Random,
): string {
  const binding = ['key-store-secret', space.tenantId, space.region, keyStoreId, name] as const;
  return space.tenantKey.wrap(binding, secret, random).toString('base64');
}

/** The secret that signs for a store's proxy. The caller wipes it. */
export function openProxySecret(space: KeySpace, keyStoreId: string, reach: ProxyReach): KeyStoreSecret {
  const name: SecretName = `proxy ${reach.accessKeyId}`;
  const binding = ['key-store-secret', space.tenantId, space.region, keyStoreId, name] as const;
  return bytesOf(space.tenantKey.unwrap(binding, Buffer.from(reach.secret, 'base64')));
}
