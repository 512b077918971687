import { wipe } from '../../bytes/bytes.ts';
import { generateMaterial, type KeyMaterial } from '../../crypto/key-material.ts';
import { SECRET, SYMMETRIC } from '../../crypto/key-spec.ts';
import { iamIdOf } from '../../identity/iam-id.ts';
import { whileItLasts } from '../../identity/tenant.ts';
import { defaultAccessPolicy } from '../../keys/access-policy.ts';
import { createKey as create, requireMakeable, type NewKey } from '../../keys/create.ts';
import { KeyError } from '../../keys/errors.ts';
import type { InstancePolicies } from '../../keys/instance-policies.ts';
import { policiesStand } from '../../keys/instance-policies-record.ts';
import { currentVersion, DEFAULT_RING, type Key } from '../../keys/key.ts';
import { keyRecordId } from '../../keys/key-record.ts';
import type { KeyRules } from '../../keys/key-rules.ts';
import { claimMaterialUse } from '../../keys/material-use.ts';
import { requireTokenIfEnforced } from '../../keys/new-key-rules.ts';
import { roomForKey } from '../../keys/quotas.ts';
import type { Act, Done, Target } from '../../pipeline/act.ts';
import type { Write } from '../../records/commit.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import { newAliasTarget } from './alias-target.ts';
import { collection, type Answer } from './answer.ts';
import { creationTarget } from './creation-target.ts';
import { facts, factsOfKey, keyTypeOf } from './facts.ts';
import { requireKeyRing } from './key-rings.ts';
import { originOf, specOf, symmetricOf, type WantedKey } from './new-key.ts';
import type { OperationContext } from './operation.ts';
import { openPayload } from './payload.ts';
import { identify, showKey } from './show-key.ts';

/** What the making of a key may have besides. */
export interface CreationExtras {
  /** Further permissions that it asks for. */
  readonly targets?: readonly Target[];
  /** The rules that the key begins with, in place of those of its instance. */
  readonly rules?: KeyRules;
}

/** Makes a key: what `POST /keys` and `POST /keys_with_policy_overrides` have in common. */
export function createKeyAct(
  context: OperationContext,
  wanted: WantedKey,
  { targets = [], rules = {} }: CreationExtras = {},
): Act<Answer> {
  return {
    targets: [
      creationTarget(context, 'kms:CreateKey', wanted),
      ...wanted.aliases.map((alias) => newAliasTarget(context, alias)),
      ...targets,
    ],
    details: facts({ keyType: keyTypeOf(wanted) }),
    run: (nowMs) => createIn(context, wanted, rules, nowMs),
  };
}

async function createIn(
  context: OperationContext,
  wanted: WantedKey,
  rules: KeyRules,
  nowMs: number,
): Promise<Done<Answer>> {
  const { instance, keys, quotas, random } = context;
  const ringStands = await requireKeyRing(context, context.keyRing);
  const policies = await keys.instancePolicies.find(instance);
  const asked = { ...newKeyFor(context, wanted, policies), rules };
  requireMakeable(asked, quotas);
  await requireFree(context, wanted.aliases);
  const material = await materialFor(context, wanted, policies, nowMs);
  try {
    const spec = wanted.extractable || material === undefined ? asked.spec : symmetricOf(material);
    const { value: key, writes } = create(instance, { ...asked, spec }, nowMs, random, material, quotas);
    const claim = await claimFor(context, key, material);
    const version = currentVersion(key)?.id;
    return {
      value: collection('key', [shown(context, key, material, nowMs)], { status: 201 }),
      writes: [...writes, ...claim],
      preconditions: [whileItLasts(instance), policiesStand(instance, policies), ...ringStands],
      rooms: [
        { room: roomForKey(instance, quotas), refusal: new KeyError('key-limit', { limit: quotas.keysPerRegion }) },
      ],
      keyId: keyRecordId(key.id, key.region),
      result: facts(factsOfKey(key, nowMs)),
      ...(version !== undefined && { keyVersion: version }),
    };
  } finally {
    wipe(material);
  }
}

function newKeyFor(
  { instance, principal, keyRing = DEFAULT_RING }: OperationContext,
  wanted: WantedKey,
  instancePolicies: InstancePolicies,
): NewKey {
  const { name, aliases, description, tags, extractable, expiresAtMs } = wanted;
  return {
    // Of material under an import token the spec is known once it is open.
    spec: specOf(wanted) ?? SYMMETRIC,
    usage: extractable ? 'store' : 'encrypt-decrypt',
    origin: originOf(wanted),
    accessPolicy: defaultAccessPolicy(instance.accountId),
    createdBy: iamIdOf(principal),
    instancePolicies,
    name,
    aliases,
    description,
    tags,
    extractable,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(keyRing !== DEFAULT_RING && { keyRing }),
  };
}

/** Names are claimed at the commit; one that was taken meanwhile is found here when the act is prepared again. */
async function requireFree({ keys, instance }: OperationContext, aliases: readonly string[]): Promise<void> {
  for (const alias of aliases) {
    const holder = await keys.findByAlias(instance, alias);
    if (holder !== undefined) throw new KeyError('alias-exists', { alias, keyId: holder.key.id });
  }
}

/** What the owner brought, or fresh bytes for a secret that is made here; a root key's are drawn where it is made. */
function materialFor(
  context: OperationContext,
  { payload, extractable }: WantedKey,
  policies: InstancePolicies,
  nowMs: number,
): MaybePromise<KeyMaterial | undefined> {
  if (payload === undefined) return extractable ? generateMaterial(SECRET) : undefined;
  requireTokenIfEnforced(policies, payload.kind === 'by-token');
  return andThen(openPayload(context, payload, nowMs), ({ material }) => material);
}

/** What is stored serves no usage, and to refuse a secret for its use elsewhere would confirm a guess. */
function claimFor(
  { records, instance }: OperationContext,
  key: Key,
  brought: KeyMaterial | undefined,
): MaybePromise<readonly Write[]> {
  if (brought === undefined || key.extractable) return [];
  return claimMaterialUse(records, instance, key, instance.tenantKey.materialUseId(brought));
}

function shown(
  { instance, prefer }: OperationContext,
  key: Key,
  material: KeyMaterial | undefined,
  nowMs: number,
): object {
  if (prefer === 'minimal') return identify(instance, key);
  // Its bytes are wiped with the answer; the material itself before.
  const payload = key.extractable && prefer === 'representation' ? material && Buffer.from(material) : undefined;
  return { ...showKey(instance, key, nowMs), ...(payload && { payload }) };
}
