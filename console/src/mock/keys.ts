import { KeysteadError, type Grant, type Key, type KeyRing, type KeySummary } from '@keystead/sdk';
import { KEYS_OF_HOME, registrationsOf } from './key-samples.ts';
import type { Methods } from './mocked.ts';

const DAY_MS = 86_400_000;
const ACCOUNT = '123456789012';
const REGIONS = ['eu-central-1', 'us-east-1'] as const;
const after = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

const keys = new Map<string, Key>(KEYS_OF_HOME.map((key) => [placeOf(key.region, key.keyId), key]));
const policies = new Map<string, string>();
const secrets = new Map<string, string>();
const grants = new Map<string, Grant[]>();
const rings: KeyRing[] = REGIONS.flatMap((region) => [
  { keyRing: 'default', region },
  ...(region === 'eu-central-1'
    ? [{ keyRing: 'payroll', region, createdAt: after(-200), createdBy: 'IBMid-ada' }]
    : []),
]);

function placeOf(region: string, keyId: string): string {
  return `${region}/${keyId}`;
}

function refuse(status: number, code: string, message: string, action: string): never {
  throw new KeysteadError({ status, code, message, action, requestId: crypto.randomUUID() });
}

function find(region: string, keyId: string): Key {
  const key =
    keys.get(placeOf(region, keyId)) ??
    [...keys.values()].find((one) => one.region === region && one.aliases.includes(keyId));
  return key ?? refuse(404, 'key-not-found', `there is no key ${keyId}`, 'List the keys of the region.');
}

function change(region: string, keyId: string, members: Partial<Key>): Promise<Key> {
  const before = find(region, keyId);
  const key = { ...before, ...members };
  keys.set(placeOf(region, before.keyId), key);
  return Promise.resolve(key);
}

function summaryOf(key: Key): KeySummary {
  const expiry = key.versions.find(({ materialExpiresAt }) => materialExpiresAt !== undefined)?.materialExpiresAt;
  const event =
    key.deletionDueAt !== undefined
      ? { kind: 'deletion' as const, at: key.deletionDueAt }
      : expiry !== undefined
        ? { kind: 'material-expiry' as const, at: expiry }
        : key.rotation === undefined
          ? undefined
          : { kind: 'rotation' as const, at: key.rotation.nextAt };
  return {
    ...key,
    registrations: registrationsOf(key).length,
    ...(event && { nextEvent: event }),
    ...(key.lastUse && { lastUsedAt: key.lastUse.at }),
  };
}

function versionOf(checkValue?: string): Key['versions'][number] {
  return {
    versionId: crypto.randomUUID(),
    materialId: crypto.randomUUID().replaceAll('-', '').repeat(2),
    stage: 'current',
    hasMaterial: true,
    createdAt: after(0),
    ...(checkValue !== undefined && { checkValue }),
  };
}

function defaultPolicy(): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] }, null, 2);
}

interface Wanted {
  readonly spec?: string | undefined;
  readonly usage?: string | undefined;
  readonly origin?: 'generated' | 'imported' | undefined;
  readonly multiRegion?: boolean | undefined;
  readonly description?: string | undefined;
  readonly tags?: Key['tags'] | undefined;
  readonly name?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly keyRing?: string | undefined;
}

function make(region: string, wanted: Wanted, versions: Key['versions']): Key {
  const keyId = crypto.randomUUID();
  const { origin = 'generated', spec = 'aes-256' } = wanted;
  const key: Key = {
    keyId,
    arn: `arn:aws:kms:${region}:${ACCOUNT}:key/${keyId}`,
    region,
    state: versions.length === 0 ? 'pending-import' : 'enabled',
    spec,
    usage: wanted.usage ?? (spec.startsWith('hmac') ? 'generate-verify-mac' : 'encrypt-decrypt'),
    origin,
    description: wanted.description ?? '',
    aliases: wanted.aliases ?? [],
    ...(wanted.name !== undefined && { name: wanted.name }),
    keyRing: wanted.keyRing ?? 'default',
    createdAt: after(0),
    createdBy: 'IBMid-ada',
    tags: wanted.tags ?? [],
    extractable: false,
    ...(wanted.multiRegion === true && { multiRegion: { primaryRegion: region, regions: [region] } }),
    versions,
  };
  keys.set(placeOf(region, keyId), key);
  return key;
}

/** A wrapping key nobody has the private half of: what is wrapped by it in the made-up server is gone. */
async function wrappingKey(): Promise<string> {
  const pair = await crypto.subtle.generateKey(
    { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['encrypt', 'decrypt'],
  );
  const spki = await crypto.subtle.exportKey('spki', pair.publicKey);
  return btoa(String.fromCharCode(...new Uint8Array(spki)));
}

/** Keys of the made-up server. */
function mayDo(principal: string, action: string): boolean {
  return principal !== 'mallory' && !(principal === 'grace' && action.includes('Delet'));
}

export const keysMock = {
  listRegions: () =>
    Promise.resolve({
      items: REGIONS.map((region) => ({
        region,
        accountId: ACCOUNT,
        instanceId: '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f12',
        instanceCrn: `crn:v1:bluemix:public:kms:${region}:a/123:5c1f0f0e::`,
        createdAt: after(-400),
      })),
    }),
  listKeys: (region, query) => {
    const { after: from, limit = 100, text, state, spec, usage, origin, keyRing, tag } = query ?? {};
    const wanted = text?.toLowerCase();
    const [tagName, tagValue] = tag?.split('=') ?? [];
    const found = [...keys.values()]
      .filter((key) => key.region === region)
      .filter(
        (key) =>
          (wanted === undefined ||
            [key.keyId, key.name ?? '', key.description, ...key.aliases].join('\n').toLowerCase().includes(wanted)) &&
          (state === undefined || key.state === state) &&
          (spec === undefined || key.spec === spec) &&
          (usage === undefined || key.usage === usage) &&
          (origin === undefined || key.origin === origin) &&
          (keyRing === undefined || key.keyRing === keyRing) &&
          (tagName === undefined ||
            key.tags.some((one) => one.key === tagName && (tagValue === undefined || one.value === tagValue))),
      );
    const start = from === undefined ? 0 : found.findIndex(({ keyId }) => keyId === from) + 1;
    const items = found.slice(start, start + limit);
    const last = items.at(-1)?.keyId;
    return Promise.resolve({
      items: items.map(summaryOf),
      ...(last !== undefined && start + limit < found.length && { next: last }),
    });
  },
  getKey: async (region, keyId) => find(region, keyId),
  createKey: async (region, wanted) => make(region, wanted ?? {}, wanted?.origin === 'imported' ? [] : [versionOf()]),
  createSecret: async (region, wanted) => {
    const { value, ...named } = wanted ?? {};
    const made = make(region, named, [versionOf()]);
    secrets.set(made.keyId, value ?? crypto.getRandomValues(new Uint8Array(32)).toBase64());
    return change(region, made.keyId, { spec: 'secret', usage: 'store' });
  },
  readSecret: async (region, keyId) => {
    const key = find(region, keyId);
    return { keyId: key.keyId, value: secrets.get(key.keyId) ?? btoa('a made-up secret') };
  },
  enableKey: (region, keyId) => change(region, keyId, { state: 'enabled' }),
  disableKey: (region, keyId) => change(region, keyId, { state: 'disabled' }),
  rotateKey: (region, keyId) => {
    const { versions } = find(region, keyId);
    const previous = versions.map((version) => ({ ...version, stage: 'previous' as const, rotatedAt: after(0) }));
    return change(region, keyId, { versions: [...previous, versionOf()] });
  },
  enableKeyRotation: (region, keyId, body) => {
    const periodDays = body?.periodDays ?? 365;
    return change(region, keyId, { rotation: { periodDays, nextAt: after(periodDays) } });
  },
  disableKeyRotation: (region, keyId) => change(region, keyId, { rotation: undefined }),
  scheduleKeyDeletion: (region, keyId, body) =>
    change(region, keyId, { state: 'pending-deletion', deletionDueAt: after(body?.windowDays ?? 30) }),
  cancelKeyDeletion: (region, keyId) => change(region, keyId, { state: 'disabled', deletionDueAt: undefined }),
  requireTwoPeople: (region, keyId) => change(region, keyId, { dualAuthorization: {} }),
  listPrincipals: async () => ({
    items: ['ada', 'grace', 'mallory'].map((name) => ({
      principalId: `8d7f1a52-93c4-4c0e-8a3f-${name.padEnd(12, '0').slice(0, 12)}`,
      name,
      arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
      policies: name === 'ada' ? ['owner'] : name === 'grace' ? ['key-user'] : [],
      inlinePolicies: [],
      tags: [],
      keyRoles: [],
      serviceId: false,
      iamId: `IBMid-${name}`,
      state: 'active' as const,
      createdAt: after(-300),
    })),
  }),
  getKeyUses: async (_region, _keyId, { from, to, step = 'day' }) => {
    const stepMs = step === 'day' ? DAY_MS : DAY_MS / 24;
    const count = Math.ceil((Date.parse(to) - Date.parse(from)) / stepMs);
    const steps = Array.from({ length: count }, (_, at) => ({
      from: new Date(Date.parse(from) + at * stepMs).toISOString(),
      count: Math.round(900 + 700 * Math.sin(at / 2) + ((at * 37) % 90)),
      kinds: [],
    }));
    const all = steps.reduce((sum, one) => sum + one.count, 0);
    const decrypts = Math.round(all * 0.7);
    return {
      from,
      to,
      step,
      countedSince: after(-200),
      count: all,
      kinds: [
        { action: 'kms:Decrypt', count: decrypts },
        { action: 'kms:GenerateDataKey', count: all - decrypts },
      ],
      steps,
    };
  },
  authorizeKeyDeletion: (region, keyId) =>
    change(region, keyId, { dualAuthorization: { authorizedBy: 'IBMid-ada', authorizedUntil: after(7) } }),
  withdrawKeyAuthorization: (region, keyId) => change(region, keyId, { dualAuthorization: {} }),
  deleteKey: (region, keyId, body) => {
    const force = body?.force === true;
    const key = find(region, keyId);
    const count = registrationsOf(key).length;
    if (count > 0 && !force)
      refuse(
        409,
        'key-registered',
        `the key ${keyId} has ${count} registered resources`,
        'Take them off the key first, or delete it by force.',
      );
    const removal = {
      at: after(0),
      by: 'IBMid-ada',
      restorableUntil: after(30),
      purgeableFrom: after(4 / 24),
      purgedAt: after(90),
    };
    return change(region, keyId, { state: 'deleted', removal });
  },
  restoreKey: (region, keyId) => change(region, keyId, { state: 'enabled', removal: undefined }),
  purgeKey: (region, keyId) =>
    change(region, keyId, { state: 'gone' }).then((key) => {
      keys.delete(placeOf(region, key.keyId));
      return key;
    }),
  createKeyAlias: (region, keyId, { alias }) =>
    change(region, keyId, { aliases: [...find(region, keyId).aliases, alias] }),
  deleteKeyAlias: (region, keyId, { alias }) =>
    change(region, keyId, { aliases: find(region, keyId).aliases.filter((one) => one !== alias) }),
  moveKeyAlias: (region, keyId, { alias }) => {
    const holder = [...keys.values()].find((key) => key.region === region && key.aliases.includes(alias));
    if (holder) void change(region, holder.keyId, { aliases: holder.aliases.filter((one) => one !== alias) });
    return change(region, keyId, { aliases: [...find(region, keyId).aliases, alias] });
  },
  updateKeyDescription: (region, keyId, { description }) => change(region, keyId, { description }),
  tagKey: (region, keyId, { tags }) => {
    const kept = find(region, keyId).tags.filter(({ key }) => !tags.some((tag) => tag.key === key));
    return change(region, keyId, { tags: [...kept, ...tags] });
  },
  untagKey: (region, keyId, { tagKeys }) =>
    change(region, keyId, { tags: find(region, keyId).tags.filter(({ key }) => !tagKeys.includes(key)) }),
  getKeyPolicy: async (region, keyId) => ({
    keyId,
    region,
    policy: policies.get(placeOf(region, keyId)) ?? defaultPolicy(),
  }),
  setKeyPolicy: async (region, keyId, { policy }) => {
    policies.set(placeOf(region, keyId), policy);
    return find(region, keyId);
  },
  checkKeyPolicy: async (_region, _keyId, { policy }) => ({
    problems: /"Statement"\s*:\s*\[\s*\]/.test(policy)
      ? [{ code: 'access-policy-malformed', message: 'a policy has at least one statement' }]
      : [],
  }),
  getPublicKey: async (region, keyId) => {
    const { spec, usage, versions } = find(region, keyId);
    const publicKey = await wrappingKey();
    const pem = `-----BEGIN PUBLIC KEY-----\n${publicKey.replaceAll(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
    return { keyId, region, versionId: versions[0]?.versionId ?? '', spec, usage, publicKey, pem };
  },
  getImportParameters: async (_region, keyId, { wrappingAlgorithm, wrappingKeySpec }) => ({
    keyId,
    wrappingAlgorithm,
    wrappingKeySpec,
    publicKey: await wrappingKey(),
    importToken: btoa('a token that the made-up server does not look into'),
    expiresAt: after(1),
  }),
  importKeyMaterial: (region, keyId, { expiresAt, kind }) => {
    const before = find(region, keyId).versions;
    const version = {
      ...versionOf('0011223344556677'),
      ...(expiresAt !== undefined && { materialExpiresAt: expiresAt }),
      ...(kind === 'new' && before.length > 0 && { stage: 'pending' as const }),
    };
    const versions =
      kind === 'new' || before.length === 0
        ? [...before, version]
        : before.map((one) => ({ ...one, hasMaterial: true, checkValue: '0011223344556677' }));
    return change(region, keyId, { state: 'enabled', versions });
  },
  deleteKeyMaterial: (region, keyId) =>
    change(region, keyId, {
      state: 'pending-import',
      versions: find(region, keyId).versions.map((version) => ({
        ...version,
        checkValue: undefined,
        hasMaterial: false,
      })),
    }),
  createImportToken: async (region) => ({
    region,
    createdAt: after(0),
    expiresAt: after(1),
    maxRetrievals: 1,
    remainingRetrievals: 1,
  }),
  retrieveImportToken: async (region) => ({
    region,
    createdAt: after(0),
    expiresAt: after(1),
    maxRetrievals: 1,
    remainingRetrievals: 0,
    wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    publicKey: await wrappingKey(),
    nonce: btoa('nonce-of-12b'),
  }),
  importKey: async (region, wanted) => make(region, { ...wanted, origin: 'imported' }, [versionOf('0011223344556677')]),
  replicateKey: async (region, keyId, { region: to }) => {
    const key = find(region, keyId);
    const multiRegion = {
      primaryRegion: key.multiRegion?.primaryRegion ?? region,
      regions: [...(key.multiRegion?.regions ?? [region]), to],
    };
    await change(region, keyId, { multiRegion });
    const replica = { ...key, region: to, arn: key.arn.replace(region, to), aliases: [], multiRegion };
    keys.set(placeOf(to, key.keyId), replica);
    return replica;
  },
  setPrimaryRegion: (region, keyId, { region: to }) =>
    change(region, keyId, {
      multiRegion: { primaryRegion: to, regions: find(region, keyId).multiRegion?.regions ?? [region, to] },
    }),
  listKeyRings: async (region) => ({ items: rings.filter((ring) => ring.region === region) }),
  createKeyRing: async (region, { keyRing }) => {
    const ring = { keyRing, region, createdAt: after(0), createdBy: 'IBMid-ada' };
    rings.push(ring);
    return ring;
  },
  deleteKeyRing: async (region, keyRing) => {
    const at = rings.findIndex((ring) => ring.region === region && ring.keyRing === keyRing);
    if ([...keys.values()].some((key) => key.region === region && key.keyRing === keyRing))
      refuse(409, 'key-ring-not-empty', `the key ring ${keyRing} holds keys`, 'Move them to another ring first.');
    return rings.splice(at, 1)[0] as KeyRing;
  },
  moveKeyToRing: (region, keyId, { keyRing }) => change(region, keyId, { keyRing }),
  listKeyRegistrations: async (region, keyId) => ({ items: registrationsOf(find(region, keyId)) }),
  listGrants: async (region, keyId) => ({ items: grants.get(placeOf(region, keyId)) ?? [] }),
  createGrant: async (region, keyId, { grantee, operations, retiring, name, constraints = {} }) => {
    const grant: Grant = {
      grantId: crypto.randomUUID().replaceAll('-', '').repeat(2),
      keyArn: find(region, keyId).arn,
      grantee,
      operations,
      issuedBy: `arn:aws:iam::${ACCOUNT}:root`,
      constraints,
      createdAt: after(0),
      ...(retiring !== undefined && { retiring }),
      ...(name !== undefined && { name }),
    };
    const place = placeOf(region, keyId);
    grants.set(place, [...(grants.get(place) ?? []), grant]);
    return grant;
  },
  revokeGrant: async (region, keyId, grantId) => {
    const place = placeOf(region, keyId);
    const all = grants.get(place) ?? [];
    grants.set(
      place,
      all.filter((grant) => grant.grantId !== grantId),
    );
    return all.find((grant) => grant.grantId === grantId) as Grant;
  },
  checkAccess: async ({ questions }) => ({ allowed: questions.map(({ action }) => action !== 'kms:PurgeKey') }),
  explainKeyAccess: async ({ principals, actions }) => ({
    rows: principals.map((principal) => ({
      principal,
      isActive: principal !== 'mallory',
      allowed: actions.map((action) => mayDo(principal, action)),
    })),
  }),
  explainAccess: async ({ principal, action, key = '*' }) => {
    const allowed = mayDo(principal, action);
    return {
      allowed,
      reason: allowed ? 'allowed-by-identity-policy' : 'no-statement-allows',
      principal: `arn:aws:iam::${ACCOUNT}:user/${principal}`,
      action,
      resource: key,
      statements: [
        {
          source: 'identity-policy',
          policy: 0,
          statement: 0,
          effect: 'Allow',
          matched: allowed,
          ...(!allowed && { because: 'action' }),
        },
      ],
      grants: [],
      ownWays: !allowed && mayDo(principal, 'kms:PutKeyPolicy') ? ['kms:PutKeyPolicy', 'kms:CreateGrant'] : [],
    };
  },
} satisfies Partial<Methods>;
