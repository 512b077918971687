import type { ExternalKeys } from '../../keys/external-keys.ts';

/** A PKCS#11 token that the operator has configured. */
export interface TokenSettings {
  readonly clusterId: string;
  /** The certificate that its owner has to show, in DER. */
  readonly trustAnchor: Buffer;
}

/** What custom key stores rest on besides records. */
export interface KeyStorePorts {
  readonly external: ExternalKeys;
  /** Whether the operator has laid a way to this VPC endpoint service. */
  readonly hasService: (serviceName: string) => boolean;
  readonly token: (clusterId: string) => TokenSettings | undefined;
}
