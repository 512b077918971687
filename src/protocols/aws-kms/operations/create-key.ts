import { keySpecByAwsName, SYMMETRIC, type KeySpecRow, type KeyUsage, type Origin } from '../../../crypto/key-spec.ts';
import { wipe } from '../../../bytes/bytes.ts';
import { whileItLasts } from '../../../identity/tenant.ts';
import type { Change } from '../../../keys/change.ts';
import { createKey as create, requireMakeable, type NewKey } from '../../../keys/create.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { keyRecordId } from '../../../keys/key-record.ts';
import { policiesStand } from '../../../keys/instance-policies-record.ts';
import type { Key } from '../../../keys/key.ts';
import type { KeyMaterial } from '../../../crypto/key-material.ts';
import type { KeyUsageType } from '../model.gen.ts';
import type { Input, Operation, OperationContext } from '../operation.ts';
import { placeKey, requireStoreMembers } from './external-key.ts';
import { keyMetadata } from './key-metadata.ts';
import { iamIdOf } from '../../../identity/iam-id.ts';
import { defaultAccessPolicy } from '../../../keys/access-policy.ts';
import { checkPolicy } from './key-policy.ts';
import { keyRoom } from './room-for-key.ts';
import { validationError } from './refusals.ts';
import { tagsOf } from './tags.ts';
import { ORIGINS, USAGES } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
export const createKey: Operation<'CreateKey'> = {
  actions: ['kms:CreateKey', 'kms:TagResource'],
  keys: [],
  notes:
    'AccessDeniedException where the policies of the instance (keyCreateImportAccess) do not let such keys be made; kms:TagResource only where tags are given; the texts about members for custom key stores are inferred',
  prepare(context, input) {
    const { spec, usage } = kindOf(input);
    const origin = originOf(input);
    requireStoreMembers(input, origin, spec === SYMMETRIC);
    const { instance } = context;
    const wanted = {
      spec,
      usage,
      origin,
      description: input.Description ?? '',
      accessPolicy: input.Policy ?? defaultAccessPolicy(instance.accountId),
      tags: tagsOf(input.Tags),
      multiRegion: input.MultiRegion === true,
      createdBy: iamIdOf(context.principal),
    };
    const isTagged = wanted.tags.length > 0;
    return {
      targets: [
        { action: 'kms:CreateKey', resource: '*' },
        // API_CreateKey, "Tags": to tag the new key takes kms:TagResource in the caller's own policies.
        ...(isTagged ? [{ action: 'kms:TagResource', resource: '*' }] : []),
      ],
      details: {
        keySpec: spec.aws,
        multiRegion: input.MultiRegion,
        origin: ORIGINS[origin],
        bypassPolicyLockoutSafetyCheck: input.BypassPolicyLockoutSafetyCheck,
      },
      async run(nowMs) {
        const placed = input.CustomKeyStoreId === undefined ? undefined : await placeKey(context, input, origin);
        const instancePolicies = await context.keys.instancePolicies.find(instance);
        const placedKey = { ...wanted, instancePolicies, ...(placed && { keyStore: placed.backing }) };
        requireMakeable(placedKey, context.quotas);
        const material = origin === 'generated' ? await context.materials.take(spec, instance.tenantId) : undefined;
        const { value: key, writes } = createAround(context, placedKey, material, nowMs);
        if (input.Policy !== undefined) {
          const open = new OpenKey(key, instance);
          await checkPolicy(context, input.Policy, open, input.BypassPolicyLockoutSafetyCheck, nowMs);
        }
        const value = { KeyMetadata: keyMetadata(key, instance.accountId, nowMs) };
        const rooms = [keyRoom(context, instance)];
        const all = placed ? [...writes, placed.hold] : writes;
        const preconditions = [whileItLasts(instance), policiesStand(instance, instancePolicies)];
        return { value, writes: all, preconditions, keyId: keyRecordId(key.id, key.region), rooms };
      },
    };
  },
};

function createAround(
  { instance, random, quotas }: OperationContext,
  wanted: NewKey,
  material: KeyMaterial | undefined,
  nowMs: number,
): Change<Key> {
  try {
    return create(instance, wanted, nowMs, random, material, quotas);
  } finally {
    wipe(material);
  }
}

const USAGES_BY_WORD = new Map(Object.entries(USAGES).map(([usage, word]) => [word, usage as KeyUsage]));

function kindOf(input: Input<'CreateKey'>): { readonly spec: KeySpecRow; readonly usage: KeyUsage } {
  const { KeySpec, CustomerMasterKeySpec, KeyUsage } = input;
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined) {
    throw validationError(
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const spec = keySpecByAwsName(KeySpec ?? CustomerMasterKeySpec ?? SYMMETRIC.aws) as KeySpecRow;
  if (KeyUsage === undefined && spec !== SYMMETRIC) {
    throw validationError('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
  }
  const word: KeyUsageType = KeyUsage ?? 'ENCRYPT_DECRYPT';
  const usage = USAGES_BY_WORD.get(word) as KeyUsage;
  if (!spec.usages.includes(usage)) {
    throw validationError(`KeyUsage ${word} is not compatible with KeySpec ${spec.aws}`);
  }
  return { spec, usage };
}

const ORIGINS_BY_WORD = new Map(Object.entries(ORIGINS).map(([origin, word]) => [word, origin as Origin]));

function originOf({ Origin }: Input<'CreateKey'>): Origin {
  return ORIGINS_BY_WORD.get(Origin ?? 'AWS_KMS') as Origin;
}
