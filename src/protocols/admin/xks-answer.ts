import Type, { type Static } from 'typebox';
import { XKS_KEY_ID, XKS_PATH, type XksEndpoint, type XksSecret } from '../../keys/xks-endpoint.ts';
import type { AdminContext } from './route.ts';
import { KEY_ID, named, REGION_NAME, TIMESTAMP, timestamp, UUID } from './schema.ts';

export const XKS_NAME = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
export const XKS_KEY = Type.String({ pattern: XKS_KEY_ID.source });
/** The limits of an exposed key, as they are given and shown. */
export const XKS_LIMITS = {
  operations: Type.Optional(
    Type.Array(Type.Enum(['ENCRYPT', 'DECRYPT']), { minItems: 1, maxItems: 2, uniqueItems: true }),
  ),
  perSecond: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100_000, description: 'most requests for this key in a second' }),
  ),
  awsPrincipals: Type.Optional(
    patterns('who may be behind a request at AWS: ARNs or service names, * and ? stand for any characters'),
  ),
  awsRegions: Type.Optional(
    Type.Array(REGION_NAME, { minItems: 1, maxItems: 50, description: 'Regions of AWS that requests may come from' }),
  ),
  kmsKeyArns: Type.Optional(patterns('the KMS keys at AWS that it may be used for: ARNs, * and ? stand for any')),
};

const EXPOSED_KEY = named('ExposedKey', { xksKeyId: XKS_KEY, keyId: KEY_ID, ...XKS_LIMITS });

export const XKS_ENDPOINT = named('XksEndpoint', {
  endpointId: UUID,
  name: XKS_NAME,
  region: REGION_NAME,
  uriEndpoint: Type.Optional(Type.String({ description: 'XksProxyUriEndpoint, where the operator has set it' })),
  uriPath: Type.String({ description: 'XksProxyUriPath' }),
  accessKeyIds: Type.Array(Type.String(), { description: 'the newest first' }),
  keys: Type.Array(EXPOSED_KEY),
  createdAt: TIMESTAMP,
});

export const XKS_CREDENTIALS = named('XksCredentials', {
  endpoint: XKS_ENDPOINT,
  accessKeyId: Type.String({ description: 'AccessKeyId' }),
  rawSecretAccessKey: Type.String({ description: 'RawSecretAccessKey: shown in this answer and never again' }),
});

function patterns(description: string) {
  // All of them stand in one audit entry, which has a limit.
  return Type.Array(Type.String({ pattern: '^[ -~]{1,512}$' }), { minItems: 1, maxItems: 10, description });
}

/** An endpoint with its new secret, which is wiped when the request is over. */
export interface IssuedXks {
  readonly endpoint: XksEndpoint;
  readonly secret: XksSecret;
}

export function showIssuedXks({ endpoint, secret }: IssuedXks, context: AdminContext): Static<typeof XKS_CREDENTIALS> {
  return {
    endpoint: showXksEndpoint(endpoint, context),
    accessKeyId: endpoint.credentials[0]?.accessKeyId ?? '',
    rawSecretAccessKey: secret.toString('ascii'),
  };
}

export function showXksEndpoint(endpoint: XksEndpoint, { services }: AdminContext): Static<typeof XKS_ENDPOINT> {
  const { id, name, region, pathPrefix, credentials, keys, createdAtMs } = endpoint;
  const { xksProxyUrl } = services;
  return {
    endpointId: id,
    name,
    region,
    ...(xksProxyUrl !== undefined && { uriEndpoint: xksProxyUrl }),
    uriPath: `${pathPrefix}${XKS_PATH}`,
    accessKeyIds: credentials.map(({ accessKeyId }) => accessKeyId),
    keys: keys.map((key) => structuredClone(key) as Static<typeof EXPOSED_KEY>),
    createdAt: timestamp(createdAtMs),
  };
}
