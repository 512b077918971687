import Type, { type Static } from 'typebox';
import { canonicalRange } from '../../../access/address-text.ts';
import { iamIdOf } from '../../../identity/iam-id.ts';
import { whileItLasts } from '../../../identity/tenant.ts';
import { putInstancePolicies } from '../../../keys/instance-policies-record.ts';
import {
  ALL_CREATION,
  setInstancePolicies as set,
  type InstancePolicies,
  type InstancePolicySetting,
} from '../../../keys/instance-policies.ts';
import { requireRegion } from '../find.ts';
import { instanceTarget } from '../instance-target.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute } from '../route.ts';
import { closed, named, REGION_NAME } from '../schema.ts';

const MAX_RANGES = 1_000;
const NETWORK = Type.Enum(['public-and-private', 'private-only']);
const INTERVAL = Type.Integer({ minimum: 1, maximum: 12, description: 'in months of 30 days' });
const CREATION = {
  createWrapping: Type.Optional(Type.Boolean({ description: 'keys whose material never leaves' })),
  createSecret: Type.Optional(Type.Boolean({ description: 'stored secrets' })),
  importWrapping: Type.Optional(Type.Boolean()),
  importSecret: Type.Optional(Type.Boolean()),
  enforceToken: Type.Optional(Type.Boolean({ description: 'imports need an import token' })),
};

const POLICIES = named('InstancePolicies', {
  region: REGION_NAME,
  network: NETWORK,
  addresses: Type.Array(Type.String(), { description: 'from these alone the instance is reached; none: from all' }),
  dualAuthorization: Type.Boolean({ description: 'new keys are deleted by two people' }),
  creation: named('InstanceCreationRights', {
    createWrapping: Type.Boolean(),
    createSecret: Type.Boolean(),
    importWrapping: Type.Boolean(),
    importSecret: Type.Boolean(),
    enforceToken: Type.Boolean(),
  }),
  rotationMonths: Type.Optional(INTERVAL),
  metrics: Type.Boolean(),
});

const WANTED = closed({
  network: Type.Optional(NETWORK),
  addresses: Type.Optional(
    Type.Array(Type.String({ maxLength: 64 }), {
      maxItems: MAX_RANGES,
      description: 'CIDR blocks; an empty list lets all in',
    }),
  ),
  dualAuthorization: Type.Optional(Type.Boolean()),
  creation: Type.Optional(closed(CREATION)),
  rotationMonths: Type.Optional(Type.Integer({ minimum: 0, maximum: 12, description: '0: new keys are not rotated' })),
  metrics: Type.Optional(Type.Boolean()),
});

interface Shown {
  readonly region: string;
  readonly policies: InstancePolicies;
}

export const getInstancePolicies = adminRoute({
  id: 'getInstancePolicies',
  method: 'GET',
  path: '/regions/{region}/policies',
  action: 'kms:GetInstancePolicies',
  summary: 'Shows what holds for all keys of an instance, and from where it may be reached',
  status: 200,
  params: closed({ region: REGION_NAME }),
  answer: POLICIES,
  example: { params: { region: 'us-east-1' } },
  prepare: async (context, { params: { region } }) => ({
    targets: [await instanceTarget(context, 'kms:GetInstancePolicies', region)],
    run: async () => {
      const instance = await requireRegion(context, region);
      return { value: { region, policies: await context.services.keys.instancePolicies.find(instance) } };
    },
  }),
  show,
});

export const setInstancePolicies = adminRoute({
  id: 'setInstancePolicies',
  method: 'POST',
  path: '/regions/{region}/policies',
  action: 'kms:PutInstancePolicies',
  summary: 'Sets policies of an instance: those that are named, the others stay. It is not bound by them itself',
  status: 200,
  params: closed({ region: REGION_NAME }),
  body: WANTED,
  answer: POLICIES,
  example: { params: { region: 'us-east-1' }, body: { network: 'public-and-private', addresses: [] } },
  prepare: async (context, { params: { region }, body }) => {
    const settings = settingsOf(body);
    return {
      targets: [await instanceTarget(context, 'kms:PutInstancePolicies', region)],
      details: { region, set: settings.map(({ kind }) => kind) },
      run: async (nowMs) => {
        const instance = await requireRegion(context, region);
        const before = await context.services.keys.instancePolicies.find(instance);
        const policies = set(before, settings, iamIdOf(context.proof.principal), nowMs);
        return {
          value: { region, policies },
          writes: [putInstancePolicies(instance, policies)],
          preconditions: [whileItLasts(instance)],
        };
      },
    };
  },
  show,
});

function settingsOf(body: Static<typeof WANTED>): InstancePolicySetting[] {
  const { network, dualAuthorization, creation, rotationMonths, metrics } = body;
  const ranges = body.addresses?.map(rangeOf);
  return [
    ...(network === undefined
      ? []
      : [{ kind: 'network', isEnabled: network === 'private-only', terms: { network } } as const]),
    ...(ranges === undefined
      ? []
      : [{ kind: 'addresses', isEnabled: ranges.length > 0, terms: { ranges: [...new Set(ranges)] } } as const]),
    ...(dualAuthorization === undefined
      ? []
      : [{ kind: 'dualAuthorization', isEnabled: dualAuthorization, terms: {} } as const]),
    ...(creation === undefined
      ? []
      : [{ kind: 'creation', isEnabled: true, terms: { ...ALL_CREATION, ...creation } } as const]),
    ...(rotationMonths === undefined
      ? []
      : [{ kind: 'rotation', isEnabled: rotationMonths > 0, terms: { intervalDays: rotationMonths * 30 } } as const]),
    ...(metrics === undefined ? [] : [{ kind: 'metrics', isEnabled: metrics, terms: {} } as const]),
  ] as InstancePolicySetting[];
}

function rangeOf(text: string): string {
  const range = canonicalRange(text);
  if (range === undefined) throw new AdminRefusal('invalid-addresses', `${JSON.stringify(text)} is no CIDR block`);
  return range;
}

function show({ region, policies }: Shown): Static<typeof POLICIES> {
  const { network, addresses, dualAuthorization, creation, rotation, metrics } = policies;
  const { createWrapping, createSecret, importWrapping, importSecret, enforceToken } = creation ?? ALL_CREATION;
  const days = rotation?.isEnabled === true ? rotation.intervalDays : undefined;
  return {
    region,
    network: network?.network ?? 'public-and-private',
    addresses: [...(addresses?.ranges ?? [])],
    dualAuthorization: dualAuthorization?.isEnabled === true,
    creation: { createWrapping, createSecret, importWrapping, importSecret, enforceToken },
    ...(days !== undefined && { rotationMonths: Math.max(1, Math.round(days / 30)) }),
    metrics: metrics?.isEnabled === true,
  };
}
