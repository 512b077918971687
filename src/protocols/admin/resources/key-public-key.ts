import { createPublicKey } from 'node:crypto';
import Type from 'typebox';
import type { Key } from '../../../keys/key.ts';
import { requireState } from '../../../keys/state.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { adminRoute } from '../route.ts';
import { named, REGION_NAME, UUID } from '../schema.ts';

const PUBLIC_KEY = named('PublicKey', {
  keyId: Type.String(),
  region: REGION_NAME,
  versionId: UUID,
  spec: Type.String(),
  usage: Type.String(),
  publicKey: Type.String({ description: 'SubjectPublicKeyInfo, DER, in base64' }),
  pem: Type.String({ description: 'the same in PEM' }),
});

export const getPublicKey = adminRoute({
  id: 'getPublicKey',
  method: 'GET',
  path: '/regions/{region}/keys/{keyId}/public-key',
  action: 'kms:GetPublicKey',
  summary: 'Shows the public half of a pair, for whoever verifies or encrypts without asking the server',
  status: 200,
  params: KEY_PARAMS,
  answer: PUBLIC_KEY,
  example: { params: KEY_EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await findKey(context, 'kms:GetPublicKey', params);
    return {
      targets: [found.target],
      run: (nowMs) => {
        const open = found.require(nowMs);
        requireState(open.key, 'use', nowMs);
        const { version } = open.publicHalf(nowMs);
        const { id: versionId, publicKey } = version;
        return { value: { key: open.key, versionId, publicKey }, keyVersion: versionId };
      },
    };
  },
  show: ({ key, versionId, publicKey }: { key: Key; versionId: string; publicKey: string }) => ({
    keyId: key.id,
    region: key.region,
    versionId,
    spec: key.spec.name,
    usage: key.usage,
    publicKey,
    pem: pemOf(publicKey),
  }),
});

function pemOf(publicKey: string): string {
  const der = Buffer.from(publicKey, 'base64');
  return createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' }) as string;
}
