import { crnOf } from '../../identity/crn.ts';
import type { Instance } from '../../identity/tenant.ts';
import type { KeyRules } from '../../keys/key-rules.ts';
import { intervalDaysOf } from '../../keys/key-rules.ts';
import type { Key, RuleNote } from '../../keys/key.ts';
import { mediaType } from './answer.ts';
import { badBody, badField, badQuery, KeyProtectError } from './errors.ts';
import type { Values } from './facts.ts';
import type { Fields } from './fields.ts';
import { INTERVAL_MONTHS } from './instance-policies.ts';
import { DAYS_PER_MONTH, monthsOf, timestamp } from './names.ts';
import type { Query } from './query.ts';

/** The policies that a key can have, by their names on this wire. */
const KEY_POLICIES = ['rotation', 'dualAuthDelete'] as const;
export type KeyPolicy = (typeof KEY_POLICIES)[number];

/** Which policy of a key a request is about; both where it does not say. */
export function keyPolicyOf(query: Query): KeyPolicy | undefined {
  const name = query.text('policy');
  const found = KEY_POLICIES.find((one) => one === name);
  if (name !== undefined && found === undefined) throw badQuery('policy', `one of ${KEY_POLICIES.join(', ')}`);
  return found;
}

/**
 * Reads the policies of a key as they are to be, from one resource that holds them or from several.
 *
 * @throws {KeyProtectError} `INVALID_FIELD_ERR`, `BAD_BODY_ERR`, `NUM_COLLECTION_RESOURCE_ERR`
 */
export function readKeyPolicies(resources: readonly Fields[]): KeyRules {
  const rules: KeyRules[] = resources.map((resource) => {
    const type = resource.raw('type');
    if (type !== undefined && type !== mediaType('policy')) throw badField('type', mediaType('policy'));
    const asked = readRules(resource);
    if (Object.keys(asked).length === 0) throw badBody('A policy needs the field rotation or dualAuthDelete');
    return asked;
  });
  for (const name of ['rotation', 'dualAuthorization'] as const) {
    if (rules.filter((asked) => asked[name] !== undefined).length > 1) {
      throw new KeyProtectError(
        'NUM_COLLECTION_RESOURCE_ERR',
        'A policy is in the collection twice: Please send each once',
      );
    }
  }
  return Object.assign({}, ...rules) as KeyRules;
}

/** The members of a resource that hold rules of a key. @throws {KeyProtectError} `INVALID_FIELD_ERR`, `BAD_BODY_ERR` */
export function readRules(resource: Fields): KeyRules {
  const rotation = resource.object('rotation', ['enabled', 'interval_month']);
  const dual = resource.object('dualAuthDelete', ['enabled']);
  const months = rotation?.integer('interval_month', INTERVAL_MONTHS);
  return {
    ...(rotation && {
      rotation: {
        isEnabled: rotation.flag('enabled') ?? isMeant('rotation', months),
        ...(months !== undefined && { intervalDays: months * DAYS_PER_MONTH }),
      },
    }),
    ...(dual && { dualAuthorization: { isEnabled: dual.flag('enabled') ?? isMeant('dualAuthDelete', undefined) } }),
  };
}

/** An interval without a word on whether it is on is meant to be. */
function isMeant(name: KeyPolicy, months: number | undefined): boolean {
  if (months === undefined) throw badField(name, 'an object with the member enabled');
  return true;
}

/** The policies that a key has or had, as this wire shows them. */
export function showKeyPolicies(instance: Instance, key: Key, only?: KeyPolicy): object[] {
  return KEY_POLICIES.filter((name) => only === undefined || only === name).flatMap((name) => {
    const shown = SHOWN[name](key);
    return shown === undefined ? [] : [{ ...showNote(instance, noteOf(key, name)), ...shown }];
  });
}

/** What events tell of the policies of a key. */
export function factsOfRules({ rotation, dualAuthorization }: KeyRules): Values {
  return {
    ...(rotation && { policyRotationEnabled: rotation.isEnabled }),
    ...(rotation?.intervalDays !== undefined && { policyRotationInterval: monthsOf(rotation.intervalDays) }),
    ...(dualAuthorization && { policyDualAuthDeleteEnabled: dualAuthorization.isEnabled }),
  };
}

/** The rules of a key among those that are asked for, as they are. */
export function rulesOf(key: Key, asked: KeyRules): KeyRules {
  return {
    ...(asked.rotation && { rotation: { isEnabled: key.rotation !== undefined, intervalDays: intervalDaysOf(key) } }),
    ...(asked.dualAuthorization && { dualAuthorization: { isEnabled: key.dualAuthorization !== undefined } }),
  };
}

const SHOWN: Record<KeyPolicy, (key: Key) => object | undefined> = {
  rotation(key) {
    const days = intervalDaysOf(key);
    return days === undefined
      ? undefined
      : { rotation: { enabled: key.rotation !== undefined, interval_month: monthsOf(days) } };
  },
  dualAuthDelete: ({ dualAuthorization, ruleNotes }) =>
    dualAuthorization === undefined && ruleNotes?.dualAuthorization === undefined
      ? undefined
      : { dualAuthDelete: { enabled: dualAuthorization !== undefined } },
};

/** Of a rule that another protocol made nobody noted its name: it has the key's, and is as old as it. */
function noteOf({ id, createdAtMs, createdBy = '', ruleNotes }: Key, name: KeyPolicy): RuleNote {
  const note = name === 'rotation' ? ruleNotes?.rotation : ruleNotes?.dualAuthorization;
  return note ?? { id, createdAtMs, createdBy, updatedAtMs: createdAtMs, updatedBy: createdBy };
}

function showNote(instance: Instance, { id, createdAtMs, createdBy, updatedAtMs, updatedBy }: RuleNote): object {
  return {
    id,
    crn: crnOf(instance, 'policy', id),
    type: mediaType('policy'),
    createdBy,
    creationDate: timestamp(createdAtMs),
    updatedBy,
    lastUpdateDate: timestamp(updatedAtMs),
  };
}
