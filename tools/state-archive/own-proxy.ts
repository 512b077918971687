import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../../test/process/free-port.ts';

/** The host of the external key store proxy in an archived state: the server's own, at whatever port. */
export const PROXY_HOST = 'xks.example.com';
const [CERTIFICATE, KEY] = ['xks.crt', 'xks.key'];
export const PROXY_FILES = [CERTIFICATE, KEY] as const;

/** Makes the proxy's certificate, which outlasts the archive. */
export function makeProxyCertificate(folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(folder, KEY)];
  const subject = ['-subj', `/CN=${PROXY_HOST}`, '-addext', `subjectAltName=DNS:${PROXY_HOST}`, '-days', '36500'];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-out', join(folder, CERTIFICATE)], { stdio: 'pipe' });
}

/** The settings of a server that is its own external key store proxy, at a port that is free now. */
export async function proxyEnvironment(folder: string): Promise<Record<string, string>> {
  const port = await freePort();
  const [certificate, key] = [join(folder, CERTIFICATE), join(folder, KEY)];
  return {
    KEYSTEAD_XKS_LISTEN: `https://127.0.0.1:${port}`,
    KEYSTEAD_XKS_TLS_CERT: certificate,
    KEYSTEAD_XKS_TLS_KEY: key,
    KEYSTEAD_KEY_STORE_CONNECT: `${PROXY_HOST}=127.0.0.1:${port}`,
    KEYSTEAD_KEY_STORE_CA: certificate,
    // As long as a busy machine may take.
    KEYSTEAD_KEY_STORE_TIMEOUT_MS: '10000',
  };
}
