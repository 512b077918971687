import Type, { type Static } from 'typebox';
import { wipe } from '../../bytes/bytes.ts';
import type { KeyMaterial } from '../../crypto/key-material.ts';
import { SYMMETRIC, SYMMETRIC_BY_LENGTH, type KeySpecRow, type KeyUsage } from '../../crypto/key-spec.ts';
import { iamIdOf } from '../../identity/iam-id.ts';
import { whileItLasts, type Instance } from '../../identity/tenant.ts';
import { defaultAccessPolicy } from '../../keys/access-policy.ts';
import { requireAliasName } from '../../keys/aliases.ts';
import { createKey, requireMakeable, type NewKey } from '../../keys/create.ts';
import { KeyError } from '../../keys/errors.ts';
import { requireKeyRing } from '../../keys/find-key-ring.ts';
import type { InstancePolicies } from '../../keys/instance-policies.ts';
import { policiesStand } from '../../keys/instance-policies-record.ts';
import { ringHolds } from '../../keys/key-ring.ts';
import { keyRecordId } from '../../keys/key-record.ts';
import { currentVersion, DEFAULT_RING } from '../../keys/key.ts';
import { claimMaterialUse } from '../../keys/material-use.ts';
import { OpenKey } from '../../keys/open-key.ts';
import { roomForKey } from '../../keys/quotas.ts';
import type { Act } from '../../pipeline/act.ts';
import type { MaybePromise } from '../../records/ports.ts';
import { keyArn } from './arn.ts';
import { RequestError } from './errors.ts';
import { requireRegion } from './find.ts';
import { showKey } from './key-answer.ts';
import { creationContext } from './key-kind.ts';
import type { AdminContext } from './route.ts';
import { closed, DESCRIPTION, TAG, TIMESTAMP } from './schema.ts';

/** What any new key may have from the start. */
export const NEW_KEY = closed({
  name: Type.Optional(
    Type.String({
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]{2,90}$',
      description: 'what people call it; need not be unique; 2 to 90 characters',
    }),
  ),
  description: Type.Optional(DESCRIPTION),
  aliases: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 50 })),
  tags: Type.Optional(Type.Array(TAG, { maxItems: 200 })),
  keyRing: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{2,100}$', description: 'absent: the default one' })),
  expiresAt: Type.Optional({ ...TIMESTAMP, description: 'when its time to protect data is over, for good' }),
});

/** What kind of key is made, and out of what. */
export interface Making {
  /** Absent: by the length of the material that is brought. */
  readonly spec: KeySpecRow | undefined;
  readonly usage: KeyUsage;
  readonly origin: 'generated' | 'imported';
  readonly multiRegion?: boolean;
  /** A stored secret: its bytes are told again. */
  readonly extractable?: boolean;
  /** Its material, wiped when the key is made. Absent: it is drawn where the key is made, or brought later. */
  readonly material?: (
    space: Instance,
    policies: InstancePolicies,
    nowMs: number,
  ) => MaybePromise<KeyMaterial | undefined>;
}

/** A key that was made. */
export interface MadeKey {
  readonly open: OpenKey;
  readonly accountId: string;
  readonly nowMs: number;
}

export function showMadeKey({ open, accountId, nowMs }: MadeKey): ReturnType<typeof showKey> {
  return showKey(open, accountId, nowMs);
}

/**
 * Makes a key that the principals of the tenant may use as their own policies allow.
 *
 * @throws {RequestError} `invalid-request`
 * @throws {KeyError} `alias-malformed`, `alias-reserved`
 */
export function makeKeyAct(
  context: AdminContext,
  region: string,
  making: Making,
  fields: Static<typeof NEW_KEY>,
): Act<MadeKey> {
  const { accountId } = context.proof.tenant;
  const { tags = [], aliases = [], keyRing = DEFAULT_RING, name, expiresAt } = fields;
  aliases.forEach(requireAliasName);
  requireFuture(expiresAt, context.nowMs);
  const { spec, usage, origin, multiRegion = false } = making;
  const asked = creationContext({ spec, usage }, origin, multiRegion, tags, region, keyRing);
  const target = (action: string, resource = '*') => ({ action, resource, context: asked });
  return {
    targets: [
      target('kms:CreateKey'),
      ...(tags.length > 0 ? [target('kms:TagResource')] : []),
      ...aliases.map((alias) => target('kms:CreateAlias', keyArn(region, accountId, alias))),
    ],
    details: {
      ...(spec && { keySpec: spec.aws }),
      multiRegion,
      origin,
      ...(keyRing !== DEFAULT_RING && { keyRing }),
    },
    run: async (nowMs) => {
      const space = await requireRegion(context, region);
      const ring = await requireKeyRing(context.services.records, space, keyRing);
      const policies = await context.services.keys.instancePolicies.find(space);
      const wanted: NewKey = {
        spec: spec ?? SYMMETRIC,
        usage,
        origin,
        multiRegion,
        extractable: making.extractable ?? false,
        description: fields.description ?? '',
        accessPolicy: defaultAccessPolicy(accountId),
        tags,
        aliases,
        createdBy: iamIdOf(context.proof.principal),
        ...(name !== undefined && { name }),
        ...(keyRing !== DEFAULT_RING && { keyRing }),
        ...(expiresAt !== undefined && { expiresAtMs: Date.parse(expiresAt) }),
        instancePolicies: policies,
      };
      const made = await make(context, space, wanted, making, nowMs);
      return {
        ...made,
        value: { open: made.value, accountId, nowMs },
        preconditions: [whileItLasts(space), policiesStand(space, policies), ...ringHolds(ring)],
      };
    },
  };
}

async function make(
  { services }: AdminContext,
  space: Instance,
  wanted: NewKey,
  { spec, origin, material: bring }: Making,
  nowMs: number,
) {
  const { keys, quotas, random, records } = services;
  requireMakeable(wanted, quotas);
  // Names are claimed at the commit; one that was taken meanwhile is found here when the act is prepared again.
  for (const alias of wanted.aliases ?? []) {
    const holder = await keys.findByAlias(space, alias);
    if (holder !== undefined) throw new KeyError('alias-exists', { alias, keyId: holder.key.id });
  }
  const material = await bring?.(space, wanted.instancePolicies, nowMs);
  try {
    const known = spec ?? (material && SYMMETRIC_BY_LENGTH.get(material.byteLength)) ?? SYMMETRIC;
    const { value: key, writes } = createKey(space, { ...wanted, spec: known }, nowMs, random, material, quotas);
    // What is stored serves no usage, and to refuse a secret for its use elsewhere would confirm a guess.
    const isClaimed = origin === 'imported' && material !== undefined && !key.extractable;
    const claim = isClaimed ? await claimMaterialUse(records, space, key, space.tenantKey.materialUseId(material)) : [];
    const limit = quotas.keysPerRegion;
    const version = currentVersion(key)?.id;
    return {
      value: new OpenKey(key, space),
      writes: [...writes, ...claim],
      keyId: keyRecordId(key.id, key.region),
      rooms: [{ room: roomForKey(space, quotas), refusal: new KeyError('key-limit', { limit }) }],
      ...(version !== undefined && { keyVersion: version }),
    };
  } finally {
    wipe(material);
  }
}

function requireFuture(expiresAt: string | undefined, nowMs: number): void {
  if (expiresAt === undefined || Date.parse(expiresAt) > nowMs) return;
  throw new RequestError({
    status: 400,
    code: 'invalid-request',
    message: 'the body was refused: expiresAt is not in the future',
    action: 'Give a time to come, or leave it out.',
  });
}
