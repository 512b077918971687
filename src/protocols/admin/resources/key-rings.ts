import Type from 'typebox';
import { iamIdOf } from '../../../identity/iam-id.ts';
import { whileItLasts } from '../../../identity/tenant.ts';
import { KeyError } from '../../../keys/errors.ts';
import { findKeyRing, keysInRing, listKeyRings as listRings, requireKeyRing } from '../../../keys/find-key-ring.ts';
import {
  createKeyRing as create,
  deleteKeyRing as remove,
  MAX_MOVED,
  moveKey,
  ringHolds,
  roomForKeyRing,
} from '../../../keys/key-ring.ts';
import { DEFAULT_RING } from '../../../keys/key.ts';
import { keyArn } from '../arn.ts';
import { RequestError } from '../errors.ts';
import { requireRegion } from '../find.ts';
import { instanceTarget } from '../instance-target.ts';
import { keyRoute } from '../key-route.ts';
import { adminRoute } from '../route.ts';
import { closed, named, REGION_NAME, TIMESTAMP, timestamp } from '../schema.ts';

const RING_NAME = Type.String({
  pattern: '^[A-Za-z0-9-]{2,100}$',
  description: 'the name of a key ring: 2 to 100 letters, digits and hyphens',
});
const RING = named('KeyRing', {
  keyRing: Type.String(),
  region: REGION_NAME,
  createdAt: Type.Optional({ ...TIMESTAMP, description: 'absent: the default ring, which is always there' }),
  createdBy: Type.Optional(Type.String()),
});

interface Shown {
  readonly id: string;
  readonly region: string;
  readonly createdAtMs?: number;
  readonly createdBy?: string;
}

function showRing({ id, region, createdAtMs, createdBy }: Shown) {
  return {
    keyRing: id,
    region,
    ...(createdAtMs !== undefined && { createdAt: timestamp(createdAtMs) }),
    ...(createdBy !== undefined && { createdBy }),
  };
}

export const listKeyRings = adminRoute({
  id: 'listKeyRings',
  method: 'GET',
  path: '/regions/{region}/key-rings',
  action: 'kms:ListKeyRings',
  summary: 'Lists the key rings of a region, the default one first',
  status: 200,
  params: closed({ region: REGION_NAME }),
  answer: closed({ items: Type.Array(RING) }),
  example: { params: { region: 'us-east-1' } },
  prepare: async (context, { params: { region } }) => ({
    targets: [await instanceTarget(context, 'kms:ListKeyRings', region)],
    run: async () => {
      const rings = await listRings(context.services.records, await requireRegion(context, region));
      return { value: [{ id: DEFAULT_RING, region }, ...rings] };
    },
  }),
  show: (rings: readonly Shown[]) => ({ items: rings.map(showRing) }),
});

export const createKeyRing = adminRoute({
  id: 'createKeyRing',
  method: 'POST',
  path: '/regions/{region}/key-rings',
  action: 'kms:CreateKeyRing',
  summary: 'Makes a key ring: a group of keys over which rights are given',
  status: 201,
  params: closed({ region: REGION_NAME }),
  body: closed({ keyRing: RING_NAME }),
  answer: RING,
  example: { params: { region: 'us-east-1' }, body: { keyRing: 'payroll' } },
  prepare: async (context, { params: { region }, body: { keyRing } }) => {
    const { records, quotas } = context.services;
    return {
      targets: [await instanceTarget(context, 'kms:CreateKeyRing', region, keyRing)],
      details: { keyRing },
      run: async (nowMs) => {
        const space = await requireRegion(context, region);
        const existing = await findKeyRing(records, space, keyRing);
        const made = create(space, keyRing, existing, iamIdOf(context.proof.principal), nowMs);
        const refusal = new KeyError('key-ring-limit', { keyRing, limit: quotas.keyRingsPerRegion });
        const rooms = [{ room: roomForKeyRing(space, quotas), refusal }];
        return { ...made, rooms, preconditions: [whileItLasts(space)] };
      },
    };
  },
  show: showRing,
});

const DEFAULT_STAYS = {
  status: 400,
  code: 'invalid-request',
  message: `the key ring "${DEFAULT_RING}" is always there: it cannot be deleted`,
  action: 'Name another key ring.',
};

export const deleteKeyRing = adminRoute({
  id: 'deleteKeyRing',
  method: 'POST',
  path: '/regions/{region}/key-rings/{keyRing}/delete',
  action: 'kms:DeleteKeyRing',
  summary:
    'Deletes a key ring that holds no key; by force, one that holds deleted keys alone, which go to the default one',
  status: 200,
  params: closed({ region: REGION_NAME, keyRing: RING_NAME }),
  body: closed({ force: Type.Optional(Type.Boolean({ default: false })) }),
  answer: RING,
  example: { params: { region: 'us-east-1', keyRing: 'payroll' }, body: { force: false } },
  prepare: async (context, { params: { region, keyRing }, body: { force = false } }) => {
    const { services, proof } = context;
    const { accountId, tenantId } = proof.tenant;
    const space = await services.directory.instance(tenantId, region);
    const ring = space && (await findKeyRing(services.records, space, keyRing));
    const held =
      space === undefined || ring === undefined ? [] : await keysInRing(services.records, services.keys, space, ring);
    const moved = force && held.length <= MAX_MOVED ? held : [];
    return {
      targets: [
        await instanceTarget(context, 'kms:DeleteKeyRing', region, keyRing),
        // Each key has its say: a Deny in its policy holds it where it is.
        ...moved.map((key) => ({
          action: 'kms:MoveKey',
          resource: keyArn(region, accountId, key.key.id),
          key,
          accountId,
        })),
      ],
      details: { keyRing, force },
      run: async (nowMs) => {
        const instance = await requireRegion(context, region);
        if (keyRing === DEFAULT_RING) throw new RequestError(DEFAULT_STAYS);
        if (ring === undefined) throw new KeyError('key-ring-not-found', { keyRing });
        const inIt = held.map(({ key }) => key);
        return { value: ring, ...remove(instance, ring, inIt, force, nowMs) };
      },
    };
  },
  show: showRing,
});

export const moveKeyToRing = keyRoute({
  id: 'moveKeyToRing',
  method: 'POST',
  below: '/key-ring',
  action: 'kms:MoveKey',
  summary: 'Puts a key into another key ring. Rights over rings count for it from then on as they do there',
  body: closed({ keyRing: RING_NAME }),
  example: { keyRing: 'payroll' },
  details: ({ keyRing }) => ({ keyRing }),
  besides: async (context, region, { keyRing }) => [await instanceTarget(context, 'kms:MoveKey', region, keyRing)],
  change: async (space, key, { keyRing }, nowMs, { services }) => {
    const ring = await requireKeyRing(services.records, space, keyRing);
    return { ...moveKey(space, key, ring, nowMs), preconditions: ringHolds(ring) };
  },
});
