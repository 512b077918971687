import Type from 'typebox';
import { bytesOf } from '../../../bytes/bytes.ts';
import { generateMaterial } from '../../../crypto/key-material.ts';
import { SECRET } from '../../../crypto/key-spec.ts';
import { KeyError } from '../../../keys/errors.ts';
import { currentVersion } from '../../../keys/key.ts';
import { requireTokenIfEnforced } from '../../../keys/new-key-rules.ts';
import { tellSecret } from '../../../keys/tell-secret.ts';
import { base64Text, bytesIn } from '../base64-text.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { KEY } from '../key-answer.ts';
import { makeKeyAct, NEW_KEY, showMadeKey, type Making } from '../make-key.ts';
import { adminRoute } from '../route.ts';
import { closed, named, REGION_NAME } from '../schema.ts';

/** Bytes of a stored secret, as IBM Key Protect bounds those of a standard key. */
const MAX_SECRET = 7_500;

export const createSecret = adminRoute({
  id: 'createSecret',
  method: 'POST',
  path: '/regions/{region}/secrets',
  action: 'kms:CreateKey',
  summary: 'Stores a secret, or makes one of 32 bytes: what IBM Key Protect calls a standard key. It can be read again',
  status: 201,
  params: closed({ region: REGION_NAME }),
  body: closed({
    ...NEW_KEY.properties,
    value: Type.Optional(base64Text(10_000, 'the secret, 1 to 7500 bytes; absent: one is made; base64')),
  }),
  answer: KEY,
  example: { params: { region: 'us-east-1' }, body: { name: 'database' } },
  prepare: (context, { params, body }) => {
    const { value, ...fields } = body;
    const bytes = value === undefined ? undefined : bytesIn('value', value);
    context.wipeLater(bytes);
    const making: Making = {
      spec: SECRET,
      usage: 'store',
      origin: bytes === undefined ? 'generated' : 'imported',
      extractable: true,
      material: (_space, policies) => {
        if (bytes === undefined) return generateMaterial(SECRET);
        requireTokenIfEnforced(policies, false);
        if (bytes.length > MAX_SECRET)
          throw new KeyError('import-wrong-length', { detail: `1 to ${MAX_SECRET} bytes are expected` });
        return bytesOf<'KeyMaterial'>(Buffer.from(bytes));
      },
    };
    return makeKeyAct(context, params.region, making, fields);
  },
  show: showMadeKey,
});

interface Told {
  readonly keyId: string;
  readonly bytes: Buffer;
}

export const readSecret = adminRoute({
  id: 'readSecret',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/read-secret',
  action: 'kms:ReadKey',
  summary: 'Reads a stored secret. Of every other key the material never leaves',
  status: 200,
  params: KEY_PARAMS,
  answer: named('SecretValue', { keyId: Type.String(), value: Type.String({ description: 'base64' }) }),
  example: { params: KEY_EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await findKey(context, 'kms:ReadKey', params);
    return {
      targets: [found.target],
      run: (nowMs) => {
        const open = found.require(nowMs);
        const { id: keyId, extractable, state } = open.key;
        if (!extractable) throw new KeyError('wrong-usage', { keyId });
        const bytes = tellSecret(open, nowMs);
        if (bytes === undefined) throw new KeyError(state === 'suspended' ? 'key-disabled' : 'key-deleted', { keyId });
        context.wipeLater(bytes);
        const version = currentVersion(open.key)?.id;
        return { value: { keyId, bytes }, ...(version !== undefined && { keyVersion: version }) };
      },
    };
  },
  show: ({ keyId, bytes }: Told) => ({ keyId, value: bytes.toString('base64') }),
});
