import Type from 'typebox';
import {
  servesWrapping,
  WRAPPING_ALGORITHMS,
  WRAPPING_KEY_SPECS,
  type WrappingAlgorithmName,
  type WrappingKeySpec,
} from '../../../crypto/import-wrapping.ts';
import { KeyError } from '../../../keys/errors.ts';
import { prepareImport, requireImported, requireWrapping } from '../../../keys/import-token.ts';
import type { Key } from '../../../keys/key.ts';
import { requireCreatable } from '../../../keys/new-key-rules.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { encodeImportToken } from '../../../keys/sealed-import-token.ts';
import { requireState } from '../../../keys/state.ts';
import { bringMaterial } from '../../../pipeline/bring-material.ts';
import { forgetMaterial } from '../../../pipeline/forget-material.ts';
import { bytesIn, base64Text } from '../base64-text.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { keyRoute } from '../key-route.ts';
import { requestContext } from '../request-context.ts';
import { adminRoute } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp } from '../schema.ts';

const ALGORITHMS = Object.keys(WRAPPING_ALGORITHMS) as WrappingAlgorithmName[];
const KEY_SPECS = Object.keys(WRAPPING_KEY_SPECS) as WrappingKeySpec[];
const WRAPPING = {
  wrappingAlgorithm: Type.Enum([...ALGORITHMS], { description: 'as the AWS KMS API names it' }),
  wrappingKeySpec: Type.Enum([...KEY_SPECS]),
};

/** Whether material of a key can be wrapped in this way at all. */
function fits(key: Key, algorithm: WrappingAlgorithmName, spec: WrappingKeySpec): boolean {
  if (!servesWrapping(spec, algorithm)) return false;
  try {
    requireWrapping(key, algorithm, spec);
    return true;
  } catch (error) {
    if (error instanceof KeyError) return false;
    throw error;
  }
}

function takesAnyLength(algorithm: WrappingAlgorithmName): boolean {
  const row = WRAPPING_ALGORITHMS[algorithm];
  return row.keys === 'rsa' && row.twoSteps;
}

const OFFERED = named('ImportWrapping', {
  ...WRAPPING,
  takesAnyLength: Type.Boolean({
    description: 'by an AES key that goes along (AES-KWP), which RSA keys need and browsers cannot make',
  }),
});

export const listImportWrappings = adminRoute({
  id: 'listImportWrappings',
  method: 'GET',
  path: '/regions/{region}/keys/{keyId}/import-wrappings',
  action: 'kms:DescribeKey',
  summary: 'Lists how material for a key can be wrapped on its way',
  status: 200,
  params: KEY_PARAMS,
  answer: closed({ items: Type.Array(OFFERED) }),
  example: { params: KEY_EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await findKey(context, 'kms:DescribeKey', params);
    return {
      targets: [found.target],
      run: (nowMs) => {
        const { key } = found.require(nowMs);
        requireImported(key);
        return {
          value: ALGORITHMS.flatMap((algorithm) =>
            KEY_SPECS.filter((spec) => fits(key, algorithm, spec)).map((spec) => ({ algorithm, spec })),
          ),
        };
      },
    };
  },
  show: (offered: readonly { algorithm: WrappingAlgorithmName; spec: WrappingKeySpec }[]) => ({
    items: offered.map(({ algorithm, spec }) => ({
      wrappingAlgorithm: algorithm,
      wrappingKeySpec: spec,
      takesAnyLength: takesAnyLength(algorithm),
    })),
  }),
});

const PARAMETERS = named('ImportParameters', {
  keyId: Type.String(),
  ...WRAPPING,
  publicKey: Type.String({ description: 'of the wrapping key: SubjectPublicKeyInfo, DER, in base64' }),
  importToken: Type.String({ description: 'goes back with the material; base64' }),
  expiresAt: TIMESTAMP,
});

interface Parameters {
  readonly open: OpenKey;
  readonly tokenId: string;
  readonly wrappingAlgorithm: WrappingAlgorithmName;
  readonly wrappingKeySpec: WrappingKeySpec;
  readonly publicKey: Buffer;
  readonly expiresAtMs: number;
}

export const getImportParameters = adminRoute({
  id: 'getImportParameters',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/import-parameters',
  action: 'kms:GetParametersForImport',
  summary: 'Makes a wrapping key for the material of a key, and the token that goes back with it: for a day',
  status: 201,
  params: KEY_PARAMS,
  body: closed(WRAPPING),
  answer: PARAMETERS,
  example: {
    params: KEY_EXAMPLE,
    body: { wrappingAlgorithm: 'RSAES_OAEP_SHA_256', wrappingKeySpec: 'RSA_4096' },
  },
  prepare: async (context, { params, body }) => {
    const { services } = context;
    const { wrappingAlgorithm, wrappingKeySpec } = body;
    const found = await findKey(context, 'kms:GetParametersForImport', params);
    const asked = { 'kms:wrappingalgorithm': [wrappingAlgorithm], 'kms:wrappingkeyspec': [wrappingKeySpec] };
    return {
      targets: [{ ...found.target, context: requestContext(asked) }],
      details: { wrappingAlgorithm, wrappingKeySpec },
      run: async (nowMs) => {
        const open = found.require(nowMs);
        // Wrapping keys are dear: only a request that will succeed gets one.
        requireImported(open.key);
        requireState(open.key, 'prepare-import', nowMs);
        requireCreatable(await services.keys.instancePolicies.find(open.space), open.key);
        if (!servesWrapping(wrappingKeySpec, wrappingAlgorithm)) {
          const detail = `${wrappingAlgorithm} does not go with a wrapping key of ${wrappingKeySpec}`;
          throw new KeyError('import-wrapping-unfit', { keyId: open.key.id, detail });
        }
        requireWrapping(open.key, wrappingAlgorithm, wrappingKeySpec);
        const pair = await services.wrappingKeys.take(wrappingKeySpec, open.key.tenantId);
        const { value: token, writes } = prepareImport(
          open.space,
          open.key,
          wrappingAlgorithm,
          pair,
          nowMs,
          services.random,
        );
        const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' });
        const { expiresAtMs, id: tokenId } = token;
        return { value: { open, tokenId, wrappingAlgorithm, wrappingKeySpec, publicKey, expiresAtMs }, writes };
      },
    };
  },
  show: (made: Parameters, { services }) => ({
    keyId: made.open.key.id,
    wrappingAlgorithm: made.wrappingAlgorithm,
    wrappingKeySpec: made.wrappingKeySpec,
    publicKey: made.publicKey.toString('base64'),
    importToken: encodeImportToken(made.open, made.tokenId, services.random).toString('base64'),
    expiresAt: timestamp(made.expiresAtMs),
  }),
});

const MATERIAL_ID = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'the id of a material' });

export const importKeyMaterial = keyRoute({
  id: 'importKeyMaterial',
  method: 'POST',
  below: '/import-material',
  action: 'kms:ImportKeyMaterial',
  summary: 'Takes in the material of a key, wrapped under its wrapping key. Compare the check value with your own',
  body: closed({
    importToken: base64Text(8_192, 'that of the wrapping key; base64'),
    encryptedKeyMaterial: base64Text(16_384, 'the wrapped material; base64'),
    expiresAt: Type.Optional({
      ...TIMESTAMP,
      description: 'when the material is forgotten, within a year; absent: never',
    }),
    kind: Type.Optional(
      Type.Enum(['new', 'existing'], {
        description: 'new: to rotate to; existing: what the key had. Absent: new for a key without material',
      }),
    ),
    materialId: Type.Optional(MATERIAL_ID),
    materialDescription: Type.Optional(Type.String({ maxLength: 256 })),
  }),
  example: { importToken: 'S0kB', encryptedKeyMaterial: 'AAAA' },
  details: ({ expiresAt, kind }) => ({
    expirationModel: expirationModel(expiresAt),
    ...(kind !== undefined && { importType: kind === 'new' ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL' }),
  }),
  asked: ({ expiresAt }) => ({
    'kms:expirationmodel': [expirationModel(expiresAt)],
    'kms:validto': validTo(expiresAt),
  }),
  change: async (space, key, body, nowMs, { services, proof }) => {
    const brought = {
      token: bytesIn('importToken', body.importToken),
      encrypted: bytesIn('encryptedKeyMaterial', body.encryptedKeyMaterial),
      expiresAtMs: body.expiresAt === undefined ? undefined : Date.parse(body.expiresAt),
      kind: body.kind,
      materialId: body.materialId,
      description: body.materialDescription,
    };
    const { value, ...done } = await bringMaterial(services, proof.principal, new OpenKey(key, space), brought, nowMs);
    return { ...done, value: value.key };
  },
});

export const deleteKeyMaterial = keyRoute({
  id: 'deleteKeyMaterial',
  method: 'POST',
  below: '/delete-material',
  action: 'kms:DeleteImportedKeyMaterial',
  summary: 'Forgets imported material at once: the key works for nothing until the same is imported again',
  body: closed({ materialId: Type.Optional({ ...MATERIAL_ID, description: 'absent: the current material' }) }),
  example: {},
  urgent: true,
  change: async (space, key, { materialId }, nowMs, { services, proof }) => {
    const open = new OpenKey(key, space);
    const { value, ...done } = await forgetMaterial(services, proof.principal, open, materialId, nowMs);
    return { ...done, value: value.key };
  },
});

/** No time for a second that the calendar has and the clock has not: the domain refuses that one. */
function validTo(expiresAt: string | undefined): readonly string[] | undefined {
  const ms = Date.parse(expiresAt ?? '');
  return Number.isNaN(ms) ? undefined : [new Date(ms).toISOString()];
}

function expirationModel(expiresAt: string | undefined): string {
  return expiresAt === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES';
}
