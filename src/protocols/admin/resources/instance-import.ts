import Type from 'typebox';
import { bytesOf } from '../../../bytes/bytes.ts';
import { whileItLasts } from '../../../identity/tenant.ts';
import {
  createInstanceImportToken,
  INSTANCE_IMPORT_ALGORITHM,
  openSentMaterial,
  retrieveInstanceImportToken,
  type InstanceImportToken,
  type RetrievedImportToken,
} from '../../../keys/instance-import-token.ts';
import { findInstanceImportToken } from '../../../keys/instance-import-token-record.ts';
import { base64Text, bytesIn } from '../base64-text.ts';
import { requireRegion } from '../find.ts';
import { instanceTarget } from '../instance-target.ts';
import { KEY } from '../key-answer.ts';
import { makeKeyAct, NEW_KEY, showMadeKey, type Making } from '../make-key.ts';
import { adminRoute } from '../route.ts';
import { closed, named, REGION_NAME, TIMESTAMP, timestamp } from '../schema.ts';

const TOKEN = {
  region: REGION_NAME,
  createdAt: TIMESTAMP,
  expiresAt: TIMESTAMP,
  maxRetrievals: Type.Integer(),
  remainingRetrievals: Type.Integer({ description: 'how often it may still be read' }),
};

function showToken({ region, createdAtMs, expiresAtMs, maxRetrievals, remainingRetrievals }: InstanceImportToken) {
  return {
    region,
    createdAt: timestamp(createdAtMs),
    expiresAt: timestamp(expiresAtMs),
    maxRetrievals,
    remainingRetrievals,
  };
}

export const createImportToken = adminRoute({
  id: 'createImportToken',
  method: 'POST',
  path: '/regions/{region}/import-token',
  action: 'kms:CreateImportToken',
  summary: 'Makes an import token for any keys of a region, in place of the one there is: the way of IBM Key Protect',
  status: 201,
  params: closed({ region: REGION_NAME }),
  body: closed({
    lifetimeSeconds: Type.Optional(Type.Integer({ minimum: 300, maximum: 86_400, default: 600 })),
    maxRetrievals: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 1 })),
  }),
  answer: named('InstanceImportToken', TOKEN),
  example: { params: { region: 'us-east-1' }, body: { lifetimeSeconds: 600 } },
  prepare: async (context, { params: { region }, body: { lifetimeSeconds = 600, maxRetrievals = 1 } }) => {
    const { records, random, wrappingKeys } = context.services;
    return {
      targets: [await instanceTarget(context, 'kms:CreateImportToken', region)],
      details: { lifetimeSeconds, maxRetrievals },
      run: async (nowMs) => {
        const space = await requireRegion(context, region);
        const pair = await wrappingKeys.take('RSA_4096', space.tenantId);
        // Read last: to make a key may have taken its time.
        const before = await findInstanceImportToken(records, space);
        const wanted = { lifetimeMs: lifetimeSeconds * 1_000, maxRetrievals };
        const made = createInstanceImportToken(space, before, wanted, pair, nowMs, random);
        return { ...made, preconditions: [whileItLasts(space)], shred: before !== undefined };
      },
    };
  },
  show: showToken,
});

export const retrieveImportToken = adminRoute({
  id: 'retrieveImportToken',
  method: 'POST',
  path: '/regions/{region}/import-token/retrieve',
  action: 'kms:GetImportToken',
  summary: 'Reads the import token of a region, which counts: its wrapping key, and the nonce that proves the reading',
  status: 200,
  params: closed({ region: REGION_NAME }),
  answer: named('RetrievedImportToken', {
    ...TOKEN,
    wrappingAlgorithm: Type.String(),
    publicKey: Type.String({ description: 'SubjectPublicKeyInfo, DER, in base64' }),
    nonce: Type.String({
      description: 'base64; goes back encrypted under the material, by AES-GCM, the tag behind it',
    }),
  }),
  example: { params: { region: 'us-east-1' } },
  prepare: async (context, { params: { region } }) => ({
    targets: [await instanceTarget(context, 'kms:GetImportToken', region)],
    run: async (nowMs) => {
      const space = await requireRegion(context, region);
      const before = await findInstanceImportToken(context.services.records, space);
      const read = retrieveInstanceImportToken(space, before, nowMs);
      context.wipeLater(read.value.nonce);
      return read;
    },
  }),
  show: ({ token, nonce }: RetrievedImportToken) => ({
    ...showToken(token),
    wrappingAlgorithm: INSTANCE_IMPORT_ALGORITHM,
    publicKey: token.publicKey,
    nonce: nonce.toString('base64'),
  }),
});

export const importKey = adminRoute({
  id: 'importKey',
  method: 'POST',
  path: '/regions/{region}/keys/import',
  action: 'kms:CreateKey',
  summary: 'Makes an AES key out of material under the import token of the region: the way of IBM Key Protect',
  status: 201,
  params: closed({ region: REGION_NAME }),
  body: closed({
    ...NEW_KEY.properties,
    encryptedKeyMaterial: base64Text(2_048, 'by RSAES_OAEP_SHA_256 under the wrapping key; base64'),
    encryptedNonce: base64Text(256, 'the nonce under the material, by AES-GCM, the tag behind it; base64'),
    iv: base64Text(64, 'that of the nonce, 12 bytes; base64'),
  }),
  answer: KEY,
  example: {
    params: { region: 'us-east-1' },
    body: { name: 'payroll', encryptedKeyMaterial: 'AAAA', encryptedNonce: 'AAAA', iv: 'AAAA' },
  },
  prepare: (context, { params, body }) => {
    const { encryptedKeyMaterial, encryptedNonce, iv, ...fields } = body;
    const sent = {
      encrypted: bytesIn('encryptedKeyMaterial', encryptedKeyMaterial),
      encryptedNonce: bytesIn('encryptedNonce', encryptedNonce),
      iv: bytesIn('iv', iv),
    };
    const making = {
      spec: undefined,
      usage: 'encrypt-decrypt',
      origin: 'imported',
      material: async (space, _policies, nowMs) => {
        const token = await findInstanceImportToken(context.services.records, space);
        return bytesOf<'KeyMaterial'>(await openSentMaterial(space, token, sent, nowMs));
      },
    } as const satisfies Making;
    return makeKeyAct(context, params.region, making, fields);
  },
  show: showMadeKey,
});
