import Type from 'typebox';
import {
  readTokenSigningKeys,
  revokeTokenSigningKey,
  rotateTokenSigningKeys,
  signingKeyAt,
  TOKEN_SIGNING_KEYS_REF,
  type TokenSigningKeys,
} from '../../../identity/token-signing-keys.ts';
import type { Put } from '../../../records/commit.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';

const STATES = ['retired', 'signs', 'waits'] as const;
const KEYS = closed({
  items: Type.Array(
    named('TokenSigningKey', {
      keyId: Type.String({ ...UUID, description: 'the `kid` of tokens that it signed' }),
      state: Type.Enum([...STATES], {
        description: 'retired: its tokens count until they end; waits: published ahead',
      }),
      createdAt: TIMESTAMP,
      signsFrom: TIMESTAMP,
    }),
  ),
});

interface Found {
  readonly keys: TokenSigningKeys | undefined;
  readonly nowMs: number;
}

export const listTokenSigningKeys = adminRoute({
  id: 'listTokenSigningKeys',
  method: 'GET',
  path: '/token-signing-keys',
  action: 'installation:ListTokenSigningKeys',
  summary: 'Lists the keys that sign bearer tokens; none before the first token was asked for',
  status: 200,
  answer: KEYS,
  example: {},
  prepare: (context) => ({
    targets: [{ action: 'installation:ListTokenSigningKeys', resource: '*' }],
    run: async (nowMs) => ({ value: { keys: await find(context), nowMs } }),
  }),
  show,
});

export const rotateTokenSigningKey = adminRoute({
  id: 'rotateTokenSigningKey',
  method: 'POST',
  path: '/token-signing-keys/rotate',
  action: 'installation:RotateTokenSigningKey',
  summary: 'Makes a key that signs bearer tokens from now on. Tokens of the one before count until they end',
  status: 200,
  answer: KEYS,
  example: {},
  prepare: (context) => ({
    targets: [{ action: 'installation:RotateTokenSigningKey', resource: '*' }],
    run: async (nowMs) => {
      const { barrier, random } = context.services;
      return changed(context, await rotateTokenSigningKeys(barrier, await find(context), nowMs, random), nowMs);
    },
  }),
  show,
});

export const revokeTokenKey = adminRoute({
  id: 'revokeTokenSigningKey',
  method: 'POST',
  path: '/token-signing-keys/{keyId}/revoke',
  action: 'installation:RevokeTokenSigningKey',
  summary:
    'Takes a key away that signs bearer tokens, or did: its tokens are refused from the answer on. Another takes its place',
  status: 200,
  params: closed({ keyId: UUID }),
  answer: KEYS,
  example: { params: { keyId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' } },
  prepare: (context, { params: { keyId } }) => ({
    targets: [{ action: 'installation:RevokeTokenSigningKey', resource: '*' }],
    details: { keyId },
    run: async (nowMs) => {
      const { barrier, random } = context.services;
      const put = await revokeTokenSigningKey(barrier, await find(context), keyId, nowMs, random);
      return { ...changed(context, put, nowMs), urgent: true, shred: true };
    },
  }),
  show,
});

async function find({ services: { records, barrier } }: AdminContext): Promise<TokenSigningKeys | undefined> {
  const record = await records.read(TOKEN_SIGNING_KEYS_REF);
  return record && readTokenSigningKeys(barrier, record);
}

function changed({ services: { barrier } }: AdminContext, write: Put, nowMs: number) {
  return { value: { keys: readTokenSigningKeys(barrier, write.put), nowMs }, writes: [write] };
}

function show({ keys, nowMs }: Found) {
  if (keys === undefined) return { items: [] };
  const { kid: current } = signingKeyAt(keys, nowMs);
  return {
    items: keys.keys.map(({ kid, createdAtMs, signsFromMs }) => ({
      keyId: kid,
      state: kid === current ? STATES[1] : signsFromMs > nowMs ? STATES[2] : STATES[0],
      createdAt: timestamp(createdAtMs),
      signsFrom: timestamp(signsFromMs),
    })),
  };
}
