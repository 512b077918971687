import type { Json } from '../bytes/canonical-json.ts';
import type { Principal } from '../identity/principal.ts';

/** One request of a proven principal, whatever protocol brought it. */
export interface Call {
  readonly principal: Principal;
  readonly requestId: string;
  /** `kms:Encrypt`, `keystead:CreateEnvironment`: for the entry of a call that fails before its act is known. */
  readonly action: string;
  /** For whom a service says that it acts. Of services alone: nobody else is believed. */
  readonly onBehalfOf?: { readonly arn?: string; readonly account?: string };
  /** What the client says and where it is: for the entry's details. */
  readonly source: CallSource;
  /** What the protocol tells of the request before its act is known: for the entry of a call that fails early. */
  readonly details?: Json;
}

export interface CallSource {
  /** `aws-kms`, `admin`, ... */
  readonly protocol: string;
  readonly address: string;
  readonly userAgent?: string;
  /** The region that it was sent to, where the request says one. */
  readonly region?: string;
  /** Whether the request came by a TLS connection that ends at this server. */
  readonly isSecure?: boolean;
}
