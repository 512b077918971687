import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import { EgressGuard } from '../clients/egress.ts';
import { XksClient } from '../clients/xks/client.ts';
import { tlsTransport } from '../clients/xks/transport.ts';
import { readCertificate } from '../http/tls.ts';
import { ConfigError, type Config } from '../config/config.ts';
import { parseStrictJson } from '../bytes/strict-json.ts';
import type { KeyStorePorts, TokenSettings } from '../protocols/aws-kms/key-stores.ts';
import { externalKeysBy } from './external-keys.ts';

/**
 * What custom key stores rest on: the way to external key store proxies, and the tokens of this machine.
 *
 * @throws {ConfigError} a file of certificates or of tokens cannot be used
 */
export function openKeyStores({ keyStores, egress }: Config): KeyStorePorts {
  const { connect = new Map(), caFile, tokensFile, timeoutMs, certificate } = keyStores ?? {};
  const ca = caFile === undefined ? undefined : [...rootCertificates, certificatesOf(caFile)];
  const transport = tlsTransport(new EgressGuard(egress), {
    ...(ca && { ca }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(certificate && { certificate: readCertificate(certificate) }),
  });
  const client = new XksClient(transport, Date.now);
  const tokens = tokensFile === undefined ? new Map<string, TokenSettings>() : readTokens(tokensFile);
  return {
    external: externalKeysBy(client, connect),
    hasService: (serviceName) => connect.has(serviceName),
    token: (clusterId) => tokens.get(clusterId),
  };
}

function certificatesOf(path: string): string {
  const pem = readFileSync(path, 'utf8');
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new ConfigError(`KEYSTEAD_KEY_STORE_CA: ${path} holds no certificate in PEM`);
  return pem;
}

const CLUSTER_ID = /^cluster-[2-7a-zA-Z]{11,16}$/;

/** `[{ "clusterId": "cluster-...", "library": "/usr/lib/...so", "label": "...", "trustAnchor": "anchor.pem" }]`. */
function readTokens(path: string): ReadonlyMap<string, TokenSettings> {
  const wrong = (what: string) => new ConfigError(`KEYSTEAD_HSM_TOKENS: ${path} ${what}`);
  let rows: unknown;
  try {
    rows = parseStrictJson(readFileSync(path));
  } catch (error) {
    throw wrong(`cannot be read (${(error as Error).message})`);
  }
  if (!Array.isArray(rows)) throw wrong('must hold a list of tokens');
  return new Map(
    rows.map((row: unknown) => {
      const { clusterId, library, label, trustAnchor } = (row ?? {}) as Readonly<Record<string, unknown>>;
      if (typeof clusterId !== 'string' || !CLUSTER_ID.test(clusterId))
        throw wrong('names a token without a clusterId like cluster-a2b3c4d5e6f');
      if (typeof library !== 'string' || typeof label !== 'string')
        throw wrong(`says of ${clusterId} neither its PKCS#11 library nor the label of its token`);
      if (typeof trustAnchor !== 'string') throw wrong(`names no trustAnchor for ${clusterId}: a certificate in PEM`);
      const certificate = readFileSync(resolve(dirname(path), trustAnchor));
      return [clusterId, { clusterId, library, label, trustAnchor: new X509Certificate(certificate).raw }] as const;
    }),
  );
}
