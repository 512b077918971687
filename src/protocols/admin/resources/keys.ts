import Type from 'typebox';
import { personOf } from '../../../identity/person.ts';
import { scheduleDeletionFor } from '../../../keys/deletable.ts';
import { cancelDeletion, DELETION_WINDOW_DAYS, disable, enable } from '../../../keys/lifecycle.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { registrationScope } from '../../../keys/registration-record.ts';
import { rotateOnDemand } from '../../../keys/rotate.ts';
import { disableRotation, enableRotation, ROTATION_PERIOD_DAYS } from '../../../keys/rotation-policy.ts';
import { lastUseOf } from '../../../pipeline/last-use.ts';
import { Pauses } from '../../../pipeline/pauses.ts';
import { relatedKeys } from '../../../pipeline/related-keys.ts';
import { requireRegion } from '../find.ts';
import { KEY_ORIGIN, KEY_STATE, KEY_SUMMARY, showKeySummary } from '../key-answer.ts';
import { LISTED_SPECS, LISTED_USAGES } from '../key-kind.ts';
import { keyRoute } from '../key-route.ts';
import { selectKeys } from '../select-keys.ts';
import { adminRoute } from '../route.ts';
import { closed, PAGE, pageFrom, pageOf, REGION_NAME } from '../schema.ts';

const FILTERED = closed({
  ...PAGE.properties,
  text: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'in id, name, alias or description, whatever the case' }),
  ),
  state: Type.Optional(KEY_STATE),
  spec: Type.Optional(Type.Enum([...new Set(LISTED_SPECS)], { description: 'our name or that of AWS' })),
  usage: Type.Optional(Type.Enum([...LISTED_USAGES])),
  origin: Type.Optional(KEY_ORIGIN),
  keyRing: Type.Optional(Type.String({ maxLength: 100 })),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 400, description: 'KEY, or KEY=VALUE' })),
});

export const listKeys = adminRoute({
  id: 'listKeys',
  method: 'GET',
  path: '/regions/{region}/keys',
  action: 'kms:ListKeys',
  summary: 'Lists the keys of a region, those alone that fit what is asked. A page may have fewer than its limit',
  status: 200,
  params: closed({ region: REGION_NAME }),
  query: FILTERED,
  answer: pageOf(KEY_SUMMARY),
  example: { params: { region: 'us-east-1' }, query: { limit: 10 } },
  prepare: (context, { params, query: { after, limit, ...filter } }) => ({
    targets: [{ action: 'kms:ListKeys', resource: '*' }],
    ...(Object.keys(filter).length > 0 && { details: { ...filter } }),
    run: async (nowMs) => {
      const space = await requireRegion(context, params.region);
      const page = pageFrom({ ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) });
      const { keys, next } = await selectKeys(context.services, space, filter, page, nowMs);
      const { records } = context.services;
      const pauses = new Pauses();
      const items: ReturnType<typeof showKeySummary>[] = [];
      for (const key of keys) {
        const lastUse = await lastUseOf(records, new OpenKey(key, space));
        const registrations = await records.count(key.tenantId, 'registration', registrationScope(key));
        items.push(showKeySummary(key, space.accountId, nowMs, { lastUse, registrations }));
        await pauses.next();
      }
      return { value: { items, ...(next !== undefined && { next }) } };
    },
  }),
  show: (page: { items: ReturnType<typeof showKeySummary>[]; next?: string }) => page,
});

export const getKey = keyRoute({
  id: 'getKey',
  method: 'GET',
  below: '',
  action: 'kms:DescribeKey',
  summary: 'Shows a key with its versions; for imported material with its key check value',
});

export const enableKey = keyRoute({
  id: 'enableKey',
  method: 'POST',
  below: '/enable',
  action: 'kms:EnableKey',
  summary: 'Switches a key on',
  change: (space, key, _body, nowMs) => enable(space, key, nowMs),
});

export const disableKey = keyRoute({
  id: 'disableKey',
  method: 'POST',
  below: '/disable',
  action: 'kms:DisableKey',
  summary: 'Switches a key off: every use that starts after the answer is refused',
  urgent: true,
  change: (space, key, _body, nowMs) => disable(space, key, nowMs),
});

export const rotateKey = keyRoute({
  id: 'rotateKey',
  method: 'POST',
  below: '/rotate',
  action: 'kms:RotateKeyOnDemand',
  summary: 'Makes new material the current one; the material before goes on to decrypt',
  change: async (space, key, _body, nowMs, { services: { directory, keys, random, quotas } }) =>
    rotateOnDemand({ space, key }, await relatedKeys(directory, keys, key), nowMs, random, quotas),
});

export const enableKeyRotation = keyRoute({
  id: 'enableKeyRotation',
  method: 'POST',
  below: '/enable-rotation',
  action: 'kms:EnableKeyRotation',
  summary: 'Has a key rotated by itself every so many days, with its relatives in other regions',
  body: closed({
    periodDays: Type.Optional(
      Type.Integer({
        minimum: ROTATION_PERIOD_DAYS.min,
        maximum: ROTATION_PERIOD_DAYS.max,
        default: ROTATION_PERIOD_DAYS.default,
      }),
    ),
  }),
  example: { periodDays: 365 },
  asked: ({ periodDays = ROTATION_PERIOD_DAYS.default }) => ({ 'kms:rotationperiodindays': [String(periodDays)] }),
  change: async (space, key, { periodDays = ROTATION_PERIOD_DAYS.default }, nowMs, { services: { directory, keys } }) =>
    enableRotation({ space, key }, await relatedKeys(directory, keys, key), periodDays, nowMs),
});

export const disableKeyRotation = keyRoute({
  id: 'disableKeyRotation',
  method: 'POST',
  below: '/disable-rotation',
  action: 'kms:DisableKeyRotation',
  summary: 'Ends the automatic rotation of a key. What it has of material stays',
  change: async (space, key, _body, nowMs, { services: { directory, keys } }) =>
    disableRotation({ space, key }, await relatedKeys(directory, keys, key), nowMs),
});

export const scheduleKeyDeletion = keyRoute({
  id: 'scheduleKeyDeletion',
  method: 'POST',
  below: '/schedule-deletion',
  action: 'kms:ScheduleKeyDeletion',
  summary: 'Lets a key go after a waiting period, during which it works for nothing but can be called back',
  body: closed({
    windowDays: Type.Optional(
      Type.Integer({
        minimum: DELETION_WINDOW_DAYS.min,
        maximum: DELETION_WINDOW_DAYS.max,
        default: DELETION_WINDOW_DAYS.default,
      }),
    ),
  }),
  example: { windowDays: 30 },
  asked: ({ windowDays = DELETION_WINDOW_DAYS.default }) => ({
    'kms:schedulekeydeletionpendingwindowindays': [String(windowDays)],
  }),
  urgent: true,
  change: (space, key, { windowDays = DELETION_WINDOW_DAYS.default }, nowMs, { proof: { principal } }) =>
    scheduleDeletionFor(space, key, windowDays, personOf(principal), nowMs),
});

export const cancelKeyDeletion = keyRoute({
  id: 'cancelKeyDeletion',
  method: 'POST',
  below: '/cancel-deletion',
  action: 'kms:CancelKeyDeletion',
  summary: 'Calls a key back from its deletion. It is switched off then',
  change: (space, key, _body, nowMs) => cancelDeletion(space, key, nowMs),
});
