import { createCipheriv, createPublicKey, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { wrapForImport } from '../../keys/key-space.fixture.ts';
import type { Removal } from '../../keys/key.ts';
import { ThrottledError } from '../../pipeline/errors.ts';
import { encodeError } from './answer.ts';
import { REASONS, type KeyProtectError, type ReasonCode } from './errors.ts';
import { many, one, World, type Account, type Actor, type Answered, type Departure } from './key-protect.fixture.ts';
import { madeKey, madeKeys, type Made } from './made-key.fixture.ts';
import { crnOfBucket, DATABASE, registered, sharedKey, STORAGE } from './operations/registration.fixture.ts';
import { rootKey } from './operations/root-key.fixture.ts';
import { wireErrorOf } from './wire-error.ts';

/** A world of its own for each code. */
class Scene {
  readonly world = new World();
  account!: Account;

  async open(): Promise<this> {
    this.account = await this.world.account();
    return this;
  }

  call(method: string, path: string, body?: unknown, departure: Departure = {}): Promise<Answered> {
    return this.world.call(this.account, this.account.admin, method, path, { body, ...departure });
  }

  async key(made: Made = {}): Promise<string> {
    return (await madeKey(this.world, this.account, made)).id;
  }

  act(id: string, action: string, body?: unknown): Promise<Answered> {
    return this.call('POST', `/keys/${id}/actions/${action}`, body);
  }

  create(more: object = {}): Promise<Answered> {
    return this.call('POST', '/keys', one('key', { name: 'a-key', extractable: false, ...more }));
  }

  async service(name = STORAGE): Promise<Actor> {
    const host = await this.world.account(`host of ${name}`);
    return this.world.service(host.tenant, name);
  }

  /** A key that a service has registered its use of. */
  async registration(resource?: object, times = 1): Promise<Answered & { readonly id: string }> {
    const storage = await this.service();
    const { id } = await sharedKey(this.world, this.account);
    let last: Answered | undefined;
    for (let i = 0; i < times; i++) {
      last = await registered(this.world, this.account, storage, id, crnOfBucket('b'), resource);
    }
    return { ...(last as Answered), id };
  }

  /** Imports a key under a token, with this nonce and iv. */
  async import(nonceOf: (given: Buffer) => Buffer, iv = randomBytes(12)): Promise<Answered> {
    await this.call('POST', '/import_token');
    const { body } = await this.call('GET', '/import_token');
    const pem = Buffer.from(body.payload as string, 'base64').toString();
    const publicKey = createPublicKey(pem);
    const material = randomBytes(32);
    const sealing = createCipheriv('aes-256-gcm', material, iv);
    const nonce = nonceOf(Buffer.from(body.nonce as string, 'base64'));
    const encrypted = Buffer.concat([sealing.update(nonce), sealing.final(), sealing.getAuthTag()]);
    return this.create({
      payload: wrapForImport('RSAES_OAEP_SHA_256', publicKey, material).toString('base64'),
      encryptedNonce: encrypted.toString('base64'),
      iv: iv.toString('base64'),
      encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    });
  }

  removal(agoMs: number): { readonly state: 'deleted'; readonly removal: Removal } {
    return { state: 'deleted', removal: { atMs: this.world.clock() - agoMs, by: 'IBMid-1' } };
  }
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOBODY = '00000000-0000-4000-8000-000000000000';
const policy = (policy_type: string, policy_data: object) => ({ policy_type, policy_data });

function told(error: unknown): Answered {
  const { status, body } = encodeError(error as KeyProtectError, 'c-1');
  const parsed = JSON.parse(body.toString()) as Answered['body'];
  return { status, headers: new Map(), body: parsed, code: parsed.resources[0].reasons[0].code };
}

/** How each code comes about. */
const PROVOKED: Record<ReasonCode, (scene: Scene) => Promise<Answered>> = {
  AUTHORIZATIONS_NOT_MET: async (s) => s.call('DELETE', `/keys/${await s.key({ dualAuthorization: {} })}`),
  BAD_BODY_ERR: (s) => s.call('POST', '/keys', undefined, { rawBody: Buffer.from('{') }),
  BEARER_SUB_EXTRACTION_ERR: (s) => s.call('GET', '/keys', undefined, { headers: { authorization: 'Basic eA==' } }),
  BODY_QUERY_PARAM_MISMATCH_ERR: (s) =>
    s.call('PUT', '/instance/policies?policy=metrics', one('policy', policy('dualAuthDelete', { enabled: true }))),
  COLLECTION_TOTAL_MISMATCH_ERR: (s) =>
    s.call('POST', '/keys', { ...one('key', { name: 'a-key', extractable: false }), metadata: { collectionTotal: 2 } }),
  EVENT_NOT_FOUND_ERR: async (s) =>
    s.world.call(s.account, await s.service(), 'POST', '/event_ack', {
      body: one('event_acknowledge', { eventId: NOBODY, adopterKeyState: 'x' }),
    }),
  IMPORT_TOKEN_EXPIRED_ERR: (s) => s.call('GET', '/import_token'),
  INCOMPLETE_METADATA_ERR: async (s) => {
    const id = await s.key();
    const [record] = s.world.store.listAll('key');
    await s.world.commit(s.account.tenant, [{ put: { ...record!, revision: 2 } }], s.account.tenant.tenantId);
    return s.call('GET', `/keys/${id}`);
  },
  INCORRECT_NONCE_ERR: (s) => s.import(() => randomBytes(12)),
  INCORRECT_NONCE_IV_ERR: (s) => s.import((nonce) => nonce, randomBytes(16)),
  INTERNAL_ERR: async () => told(wireErrorOf(new Error('something'))),
  INVALID_FIELD_ERR: async (s) => s.act(await s.key(), 'wrap', { plaintext: '!' }),
  INVALID_HEADER_ERR: (s) => s.call('GET', '/keys', undefined, { instance: 'mine' }),
  INVALID_QUERY_PARAM_ERR: (s) => s.call('GET', '/keys?limit=0'),
  KEY_ACTION_INVALID_STATE_ERR: async (s) => s.act(await s.key({ state: 'suspended' }), 'wrap'),
  KEY_ALIAS_NOT_FOUND_ERR: async (s) => s.call('DELETE', `/keys/${await s.key()}/aliases/none`),
  KEY_ALIAS_NOT_UNIQUE_ERR: async (s) => {
    await s.call('POST', `/keys/${await s.key()}/aliases/taken`);
    return s.call('POST', `/keys/${await s.key()}/aliases/taken`);
  },
  KEY_ALIAS_QUOTA_ERR: async (s) => {
    const id = await s.key();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await s.call('POST', `/keys/${id}/aliases/${name}`);
    return s.call('POST', `/keys/${id}/aliases/a6`);
  },
  KEY_CREATE_IMPORT_ACCESS_ERR: async (s) => {
    const terms = { enabled: true, attributes: { create_root_key: false } };
    await s.call('PUT', '/instance/policies', one('policy', policy('keyCreateImportAccess', terms)));
    return s.create();
  },
  KEY_DELETED_ERR: async (s) => s.call('DELETE', `/keys/${await s.key(s.removal(HOUR))}`),
  KEY_EXPIRED_ERR: async (s) =>
    s.call('POST', `/keys/${await s.key({ ...s.removal(HOUR), expiresAtMs: s.world.clock() - 1 })}/restore`),
  KEY_INVALID_STATE_ERR: async (s) => {
    const { id } = await sharedKey(s.world, s.account, { state: 'suspended' });
    return registered(s.world, s.account, await s.service(), id, crnOfBucket('b'));
  },
  KEY_NOT_FOUND_ERR: (s) => s.call('GET', `/keys/${NOBODY}`),
  KEY_PAYLOAD_REQ_ERR: async (s) =>
    s.act((await rootKey(s.world, s.account, { material: randomBytes(32) })).id, 'rotate'),
  KEY_QUOTA_ERR: async (s) => {
    s.world.quotas.keysPerRegion = 1;
    await s.create();
    return s.create();
  },
  KEY_RESTORE_EXPIRED: async (s) => s.call('POST', `/keys/${await s.key(s.removal(31 * DAY))}/restore`),
  KEY_RING_NOT_EMPTY_ERR: async (s) => {
    await s.call('POST', '/key_rings/full');
    await s.key({ keyRing: 'full' });
    return s.call('DELETE', '/key_rings/full');
  },
  KEY_RING_NOT_FOUND_ERR: (s) => s.call('DELETE', '/key_rings/none'),
  KEY_RING_NOT_UNIQUE_ERR: async (s) => {
    await s.call('POST', '/key_rings/twice');
    return s.call('POST', '/key_rings/twice');
  },
  KEY_RING_QUOTA_ERR: async (s) => {
    s.world.quotas.keyRingsPerRegion = 2;
    await s.call('POST', '/key_rings/first');
    return s.call('POST', '/key_rings/second');
  },
  KEY_ROOT_REQ_ERR: async (s) => s.act(await s.key({ secret: Buffer.from('x') }), 'wrap'),
  KEY_ROOT_REQ_REG_ERR: async (s) => {
    const { accessPolicy } = await sharedKey(s.world, s.account);
    const id = await s.key({ secret: Buffer.from('x'), accessPolicy });
    return registered(s.world, s.account, await s.service(), id, crnOfBucket('b'));
  },
  KEY_ROTATION_NOT_PERMITTED: async (s) => {
    const id = await s.key();
    await s.act(id, 'rotate');
    return s.act(id, 'rotate');
  },
  KEY_SEARCH_TOO_BROAD: async (s) => {
    await madeKeys(
      s.world,
      s.account,
      Array.from({ length: 5_001 }, () => ({ versions: [] })),
    );
    return s.call('GET', '/keys?search=something');
  },
  KEY_VERSION_INVALID: (s) => s.registration({ keyVersionId: NOBODY }),
  NO_BODY_ERR: async (s) => s.act(await s.key(), 'unwrap'),
  NOT_DUAL_AUTH_ERR: async (s) => s.act(await s.key(), 'setKeyForDeletion'),
  NOT_FOUND_ERR: (s) => s.call('GET', '/nothing'),
  NOT_IMPLEMENTED_ERR: (s) => s.call('GET', '/kmip_adapters'),
  NUM_COLLECTION_RESOURCE_ERR: (s) =>
    s.call(
      'PUT',
      '/instance/policies',
      many('policy', [policy('metrics', { enabled: true }), policy('metrics', { enabled: false })]),
    ),
  PREV_KEY_DEL_ERR: async (s) => {
    const { id } = await s.registration({ preventKeyDeletion: true });
    return s.call('DELETE', `/keys/${id}?force=true`);
  },
  PROTECTED_RESOURCE_ERR: async (s) => s.call('DELETE', `/keys/${(await s.registration()).id}`),
  REGISTRATION_NOT_FOUND_ERR: async (s) => {
    const { id } = await sharedKey(s.world, s.account);
    const path = `/keys/${id}/registrations/${encodeURIComponent(crnOfBucket('none'))}`;
    return s.world.call(s.account, await s.service(), 'DELETE', path);
  },
  REGISTRATION_NOT_UNIQUE_ERR: (s) => s.registration(undefined, 2),
  REGISTRATION_QUOTA_ERR: async (s) => {
    const storage = await s.service();
    const { id } = await sharedKey(s.world, s.account);
    for (let i = 0; i < 250; i++) await registered(s.world, s.account, storage, id, crnOfBucket(`b${i}`));
    return registered(s.world, s.account, storage, id, crnOfBucket('b250'));
  },
  REQ_TOO_EARLY_ERR: async (s) => {
    const id = await s.key();
    await s.act(id, 'disable');
    return s.act(id, 'enable');
  },
  REQUEST_TOO_LARGE_ERR: (s) =>
    s.call('POST', '/keys', undefined, {
      rawBody: gzipSync(Buffer.alloc(1_000_000, ' ')),
      headers: { 'content-encoding': 'gzip' },
    }),
  RESOURCE_OWNER_ERR: async (s) => {
    const { id } = await s.registration();
    const path = `/keys/${id}/registrations/${encodeURIComponent(crnOfBucket('b'))}`;
    return s.world.call(s.account, await s.service(DATABASE), 'DELETE', path);
  },
  SERVICE_ONLY_ERR: async (s) => registered(s.world, s.account, s.account.admin, await s.key(), crnOfBucket('b')),
  SERVICE_UNAVAILABLE_ERR: async (s) => {
    const { status, body } = s.world.routes[0]!.refuse('timed-out', 'r-1');
    const parsed = JSON.parse(body.toString()) as Answered['body'];
    return { status, headers: new Map(), body: parsed, code: parsed.resources[0].reasons[0].code };
  },
  TOO_MANY_REQUESTS_ERR: async () => told(wireErrorOf(new ThrottledError('symmetric'))),
  UNPROCESSABLE_CIPHERTEXT_ERR: async (s) => s.act(await s.key(), 'unwrap', { ciphertext: 'AAAA' }),
};

describe('every reason', () => {
  it.each(Object.entries(REASONS) as [ReasonCode, { status: number }][])('%s is given', async (code, { status }) => {
    const answer = await PROVOKED[code](await new Scene().open());
    expect([answer.code, answer.status]).toEqual([code, status]);
    const [{ errorMsg, reasons }] = answer.body.resources;
    expect(answer.body.metadata).toEqual({
      collectionType: 'application/vnd.ibm.kms.error+json',
      collectionTotal: 1,
    });
    // Clients read the code out of the text alone, some of them.
    expect(errorMsg).toContain(`Please see \`reasons\` for more details (${code})`);
    expect(reasons).toEqual([
      expect.objectContaining({ code, status, message: expect.stringMatching(/\S/), moreInfo: expect.any(String) }),
    ]);
  });
});
