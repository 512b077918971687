import { isIP } from 'node:net';
import { isLoopback } from '../../../http/loopback.ts';

/** A place by which a browser reaches this server. */
export interface Site {
  /** `https://keys.example.com`, without a path. */
  readonly origin: string;
  readonly isSecure: boolean;
  /** The relying party of its passkeys; absent where the host is an address: WebAuthn level 3 section 5.1.3. */
  readonly rpId?: string;
}

/** By what addresses this server may be reached. */
export interface OwnAddresses {
  /** `https://host[:port]`: KEYSTEAD_PUBLIC_URL. */
  readonly publicUrl?: string;
  /** The host that it listens at. */
  readonly listenHost: string;
}

/** What a request says of where it comes from, and how it came. */
export interface Arrival {
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
  /** Whether its connection is TLS that ends here. */
  readonly isSecure: boolean;
}

/**
 * The own site that a request comes from: by its `Origin`, or where it has none by its `Host`. `undefined` where it is
 * none of the server's own. No header of a proxy counts.
 */
export function siteOf(own: OwnAddresses, { origin, host, isSecure }: Arrival): Site | undefined {
  const publicSite = own.publicUrl === undefined ? undefined : safeSiteAt(own.publicUrl);
  const asked = host === undefined ? undefined : siteAt(`${isSecure ? 'https' : 'http'}://${host}`);
  if (publicSite !== undefined && (origin ?? publicOriginOf(host, publicSite)) === publicSite.origin) return publicSite;
  if (asked === undefined || (origin !== undefined && origin !== asked.origin)) return undefined;
  const { hostname } = new URL(asked.origin);
  const name = bare(hostname);
  return isLoopback(name) || (isSecure && name === own.listenHost.toLowerCase()) ? asked : undefined;
}

/** An origin as people are told it: an address of this machine has a name, which passkeys belong to. */
export function namedOrigin(origin: string): string {
  const url = new URL(origin);
  if (isLoopback(bare(url.hostname))) url.hostname = 'localhost';
  return url.origin;
}

/** The site at an address of this server; `undefined` where sessions would go beyond this machine without TLS. */
export function safeSiteAt(address: string): Site | undefined {
  return safeSite(siteAt(address));
}

/** A session's cookie goes over TLS, or nowhere beyond this machine. */
function safeSite(site: Site | undefined): Site | undefined {
  return site?.isSecure === true || (site && isLoopback(bare(new URL(site.origin).hostname))) ? site : undefined;
}

/** Whether a host is this machine's own, as the browser wrote it. */
export function isLoopbackHost(host: string | undefined): boolean {
  const site = host === undefined ? undefined : siteAt(`http://${host}`);
  return site !== undefined && isLoopback(bare(new URL(site.origin).hostname));
}

/** Behind a proxy that ends TLS, a request without `Origin` comes from the public site when its host is that one's. */
function publicOriginOf(host: string | undefined, { origin }: Site): string | undefined {
  return host !== undefined && host.toLowerCase() === new URL(origin).host ? origin : undefined;
}

function siteAt(address: string): Site | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (!plain) return undefined;
  const { origin, protocol, hostname } = url;
  return { origin, isSecure: protocol === 'https:', ...(isIP(bare(hostname)) === 0 && { rpId: hostname }) };
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
