import { constants, createCipheriv, publicEncrypt } from 'node:crypto';
import { describe } from 'vitest';
import {
  code,
  enveloped,
  first,
  firsts,
  member,
  ShapeSender,
  total,
  typed,
  type Client,
  type Shape,
} from './client-shapes.fixture.ts';
import { World, type Answered } from './key-protect.fixture.ts';

const KEY = 'application/vnd.ibm.kms.key+json';
const EVERY: readonly Client[] = ['Node 0.4.6', 'Go', 'redstone', 'Python 3.0', 'Java'];
const json = { 'Content-Type': 'application/json' };
const refusedAs = (as: string) => ({ reads: code, as });

const MATERIAL = Buffer.alloc(32, 7);
const NEXT = Buffer.alloc(32, 8);
const IV = Buffer.alloc(12, 9);
const sealed = (material: Buffer) => (answer: Answered) => {
  const key = Buffer.from(String(answer.body.payload), 'base64').toString('utf8');
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key, padding, oaepHash: 'sha256' }, material).toString('base64');
};
const proved = (material: Buffer) => (answer: Answered) => {
  const cipher = createCipheriv('aes-256-gcm', material, IV);
  const nonce = Buffer.from(String(answer.body.nonce), 'base64');
  return Buffer.concat([cipher.update(nonce), cipher.final(), cipher.getAuthTag()]).toString('base64');
};
const imported = (which: string) => ({
  payload: `{payload${which}}`,
  encryptedNonce: `{nonce${which}}`,
  iv: IV.toString('base64'),
  encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
});

const IMPORTS: readonly Shape[] = EVERY.flatMap((client): Shape[] => [
  {
    client,
    method: 'POST',
    path: '/api/v2/import_token',
    ...(client !== 'Go' && { headers: json }),
    body: client === 'Java' ? '{}' : '{"expiration":600,"maxAllowedRetrievals":1}',
    status: 200,
    reads: member('remainingRetrievals'),
    as: 1,
  },
  {
    client,
    method: 'GET',
    path: '/api/v2/import_token',
    status: 200,
    reads: member('remainingRetrievals'),
    as: 0,
    keeps: { payload1: sealed(MATERIAL), nonce1: proved(MATERIAL), payload2: sealed(NEXT), nonce2: proved(NEXT) },
  },
  { client, method: 'GET', path: '/api/v2/import_token', status: 409, ...refusedAs('IMPORT_TOKEN_EXPIRED_ERR') },
  {
    client,
    method: 'POST',
    path: '/api/v2/keys',
    ...(client !== 'Go' && { headers: typed('key') }),
    body: enveloped('key', { name: 'imported', type: KEY, extractable: false, ...imported('1') }),
    status: 201,
    reads: first('imported'),
    as: true,
    keeps: { brought: first('id') },
  },
  {
    client,
    method: 'POST',
    path: `/api/v2/keys/{brought}${client === 'redstone' ? '?action=rotate' : '/actions/rotate'}`,
    ...(client !== 'Go' && { headers: typed('key_action_rotate') }),
    body: JSON.stringify(imported('2')),
    status: 204,
  },
  {
    client,
    method: 'POST',
    path: '/api/v2/keys/{brought}/actions/rotate',
    body: client === 'Go' ? '{}' : '',
    status: 400,
    ...refusedAs('KEY_PAYLOAD_REQ_ERR'),
  },
  {
    client,
    method: 'GET',
    path: '/api/v2/keys/{brought}/versions?limit=200&totalCount=true',
    status: 200,
    reads: total,
    as: 2,
  },
  // Without a token, and as a standard key.
  {
    client,
    method: 'POST',
    path: '/api/v2/keys',
    headers: { Prefer: 'return=representation' },
    body: enveloped('key', { name: 'secret', type: KEY, extractable: true, payload: 'c2VjcmV0' }),
    status: 201,
    reads: firsts('imported', 'extractable'),
    as: [true, true],
    keeps: { secret: first('id') },
  },
  { client, method: 'GET', path: '/api/v2/keys/{secret}', status: 200, reads: first('payload'), as: 'c2VjcmV0' },
]);

describe('imports as clients send them', async () => {
  const world = new World();
  new ShapeSender(world, await world.account()).tries(IMPORTS);
});
