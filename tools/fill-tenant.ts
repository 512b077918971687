/**
 * Makes an installation whose one tenant is full, for looking at how lists and pages hold up: keys of several states, rings
 * and tags, and uses of them in the audit log over the last 90 days. Not over the API, which would take hours.
 *
 * node tools/fill-tenant.ts --to DIR [--keys 100000] [--entries 1000000]
 *
 * Prints the credentials of its administrator, in JSON. Then: KEYSTEAD_DATA=DIR/data KEYSTEAD_SEAL=DIR/keystead.seal npm start
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AuditDraft } from '../src/audit/entry.ts';
import { readConfig } from '../src/config/config.ts';
import { keySpec, type KeySpecRow } from '../src/crypto/key-spec.ts';
import { generateMaterial } from '../src/crypto/key-material.ts';
import { uuid } from '../src/crypto/uuid.ts';
import type { Instance } from '../src/identity/tenant.ts';
import { defaultAccessPolicy } from '../src/keys/access-policy.ts';
import { createKey } from '../src/keys/create.ts';
import { NO_INSTANCE_POLICIES } from '../src/keys/instance-policies.ts';
import { putKey } from '../src/keys/key-record.ts';
import { unsealInstallation, type Unsealed } from '../src/server/unsealed.ts';

const { values } = parseArgs({
  options: {
    to: { type: 'string' },
    keys: { type: 'string', default: '100000' },
    entries: { type: 'string', default: '1000000' },
  },
});
const [KEYS, ENTRIES] = [Number(values.keys), Number(values.entries)];
const DAYS = 90;
/** As many as the entry of one commit has room for, and as many as are written as one group. */
const [KEYS_AT_ONCE, ENTRIES_AT_ONCE] = [200, 4_000];
const STATES = ['active', 'active', 'active', 'active', 'suspended', 'deactivated'] as const;
const KINDS: readonly (readonly [string, 'encrypt-decrypt' | 'sign-verify' | 'generate-verify-mac'])[] = [
  ...Array.from({ length: 8 }, () => ['aes-256', 'encrypt-decrypt'] as const),
  ['ec-p256', 'sign-verify'],
  ['hmac-256', 'generate-verify-mac'],
];
const SERVICES = ['payroll', 'billing', 'search', 'mail', 'records', 'web', 'archive', 'ledger'];
const ACTIONS = ['kms:Encrypt', 'kms:Decrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'];

function refuse(): never {
  console.error('usage: node tools/fill-tenant.ts --to DIR [--keys 100000] [--entries 1000000]');
  return process.exit(2);
}

async function newKey({ random }: Unsealed, space: Instance, i: number, createdAtMs: number) {
  const [specName, usage] = KINDS[i % KINDS.length] as (typeof KINDS)[number];
  const spec = keySpec(specName) as KeySpecRow;
  const service = SERVICES[i % SERVICES.length] as string;
  const wanted = {
    spec,
    usage,
    origin: 'generated',
    description: `key ${i} of ${service}`,
    name: `${service} ${i}`,
    tags: [
      { key: 'service', value: service },
      { key: 'stage', value: i % 3 === 0 ? 'test' : 'production' },
    ],
    aliases: i % 2 === 0 ? [`alias/${service}-${i}`] : [],
    accessPolicy: defaultAccessPolicy(space.accountId),
    instancePolicies: NO_INSTANCE_POLICIES,
  } as const;
  const { value } = createKey(space, wanted, createdAtMs, random, await generateMaterial(spec));
  const key = { ...value, state: STATES[i % STATES.length] as 'active' };
  return { key, write: putKey(space.tenantKey, undefined, key) };
}

const to = values.to ?? refuse();
mkdirSync(to, { recursive: true, mode: 0o700 });
const config = readConfig({ KEYSTEAD_DATA: join(to, 'data'), KEYSTEAD_SEAL: join(to, 'keystead.seal') });
const fail = (error: Error): never => {
  throw error;
};
const unsealed = await unsealInstallation(config, { onStoreFailure: fail, onAuditFailure: fail });
const { store, directory, random, first } = unsealed;
if (first === undefined) throw new Error(`${to} has an installation already`);
const tenant = (await directory.tenantByAccount(first.accountId)) ?? refuse();
const space = (await directory.instance(tenant.tenantId, first.region)) ?? refuse();

const endMs = Date.now();
const startMs = endMs - DAYS * 86_400_000;
const entry = (more: Pick<AuditDraft, 'action' | 'timeMs'> & Partial<AuditDraft>): AuditDraft => ({
  tenantId: tenant.tenantId,
  principal: `arn:aws:iam::${space.accountId}:user/administrator`,
  requestId: uuid(random),
  outcome: 'done',
  details: { sourceAddress: '192.0.2.7', region: space.region },
  salt: random(16),
  ...more,
});

const ids: string[] = [];
for (let at = 0; at < KEYS; at += KEYS_AT_ONCE) {
  const many = await Promise.all(
    Array.from({ length: Math.min(KEYS_AT_ONCE, KEYS - at) }, (_, i) => newKey(unsealed, space, at + i, startMs)),
  );
  ids.push(...many.map(({ key }) => key.id));
  await store.commit({
    writes: many.map(({ write }) => write),
    entries: [entry({ action: 'kms:CreateKey', timeMs: startMs, change: true })],
  });
  if (at % 10_000 === 0) console.error(`${at} keys`);
}
for (let at = 0; at < ENTRIES; at += ENTRIES_AT_ONCE) {
  const drafts = Array.from({ length: Math.min(ENTRIES_AT_ONCE, ENTRIES - at) }, (_, i): AuditDraft => {
    const n = at + i;
    // A few keys are used often, most of them now and then.
    const key = ids[n % 4 === 0 ? n % KEYS : (n * 7_919) % Math.min(KEYS, 500)];
    const isRefused = n % 97 === 0;
    return entry({
      action: ACTIONS[n % ACTIONS.length] as string,
      timeMs: startMs + Math.floor(((endMs - startMs) * n) / ENTRIES),
      key,
      principal: `arn:aws:iam::${space.accountId}:user/${SERVICES[n % SERVICES.length]}`,
      outcome: isRefused ? 'refused' : 'done',
      reason: isRefused ? 'access-denied' : undefined,
    });
  });
  await Promise.all(drafts.map((draft) => store.record(draft)));
  if (at % 100_000 === 0) console.error(`${at} entries`);
}
await unsealed.close();
console.log(JSON.stringify(first));
