import type { Key } from '@keystead/sdk';
import type { Api } from '../../../api/api.ts';
import { KEY_COMMANDS } from '../../../commands/key-commands.ts';
import type { KeyState, ListedKey } from '../key-words.ts';

/** What one does with the life of a key. */
export type KeyActName =
  | 'enable'
  | 'disable'
  | 'rotate'
  | 'schedule-deletion'
  | 'cancel-deletion'
  | 'delete'
  | 'restore'
  | 'purge'
  | 'require-two-people'
  | 'authorize-deletion'
  | 'withdraw-authorization'
  | 'delete-material';

/** What a dialog may ask besides. */
export interface KeyActChoices {
  readonly days: number;
  readonly force: boolean;
}

export interface KeyAct {
  readonly label: string;
  /** Which permission on the key it takes. */
  readonly permission: `kms:${string}`;
  /** Whether it is offered for a key in this state at all. */
  readonly fits: (key: ActedKey) => boolean;
  readonly title: (name: string) => string;
  /** What becomes of whom, in a few sentences. */
  readonly meaning: (choices: KeyActChoices) => readonly string[];
  readonly verb: string;
  readonly isDangerous?: boolean;
  /** To be typed: the name of the key. */
  readonly isTyped?: boolean;
  /** Who depends on the key is looked up and said first. */
  readonly breaks?: boolean;
  readonly asks?: 'days' | 'force';
  readonly run: (api: Api, region: string, keyId: string, choices: KeyActChoices) => Promise<Key>;
  readonly command?: (region: string, keyId: string, choices: KeyActChoices) => readonly string[];
  readonly done: (name: string) => string;
  /** What takes it back, where that is possible at once. */
  readonly undo?: KeyActName;
}

/** A key as far as it decides what can be done with it. A list knows less of it than its page. */
export type ActedKey = ListedKey & Partial<Pick<Key, 'dualAuthorization' | 'removal' | 'versions'>>;

const isOneOf =
  (...states: readonly KeyState[]) =>
  ({ state }: ActedKey): boolean =>
    states.includes(state);
const hasMaterial = ({ versions }: ActedKey): boolean => versions?.some((version) => version.hasMaterial) === true;

export const KEY_ACTS: Readonly<Record<KeyActName, KeyAct>> = {
  enable: {
    label: 'Enable',
    permission: 'kms:EnableKey',
    fits: isOneOf('disabled'),
    title: (name) => `Enable the key ${name}?`,
    meaning: () => ['Whoever may use the key can use it again from the next request on.'],
    verb: 'Enable the key',
    run: (api, region, keyId) => api.enableKey(region, keyId),
    command: KEY_COMMANDS.enable,
    done: (name) => `${name} is enabled.`,
    undo: 'disable',
  },
  disable: {
    label: 'Disable',
    permission: 'kms:DisableKey',
    fits: isOneOf('enabled'),
    title: (name) => `Disable the key ${name}?`,
    meaning: () => [
      'Every use that starts after the answer is refused, on every wire and every node: nothing that the key protects can be read or written.',
      'Nothing is lost. Enable the key and all of it works again.',
    ],
    verb: 'Disable the key',
    isDangerous: true,
    breaks: true,
    run: (api, region, keyId) => api.disableKey(region, keyId),
    command: KEY_COMMANDS.disable,
    done: (name) => `${name} is disabled.`,
    undo: 'enable',
  },
  rotate: {
    label: 'Rotate now',
    permission: 'kms:RotateKeyOnDemand',
    fits: ({ state, origin, spec }) => state === 'enabled' && origin === 'generated' && spec === 'aes-256',
    title: (name) => `Rotate the key ${name} now?`,
    meaning: () => [
      'New material encrypts from now on. What was encrypted before still opens, for ever: callers change nothing.',
    ],
    verb: 'Rotate the key',
    run: (api, region, keyId) => api.rotateKey(region, keyId),
    command: KEY_COMMANDS.rotate,
    done: (name) => `${name} has new material.`,
  },
  'schedule-deletion': {
    label: 'Schedule deletion',
    permission: 'kms:ScheduleKeyDeletion',
    fits: ({ state }) => !['pending-deletion', 'pending-replica-deletion', 'deleted', 'gone'].includes(state),
    title: (name) => `Schedule the deletion of ${name}?`,
    meaning: ({ days }) => [
      'It is refused as long as a resource is registered with the key, as backup environments are.',
      'From the answer on every use is refused.',
      `For ${days} days it can be called back, and is as it was. Then its material is destroyed, and nothing that it has encrypted can ever be read again, by anybody.`,
    ],
    verb: 'Schedule its deletion',
    isDangerous: true,
    isTyped: true,
    breaks: true,
    asks: 'days',
    run: (api, region, keyId, { days }) => api.scheduleKeyDeletion(region, keyId, { windowDays: days }),
    command: (region, keyId, { days }) => KEY_COMMANDS.scheduleDeletion(region, keyId, String(days)),
    done: (name) => `The deletion of ${name} is scheduled.`,
    undo: 'cancel-deletion',
  },
  'cancel-deletion': {
    label: 'Cancel its deletion',
    permission: 'kms:CancelKeyDeletion',
    fits: isOneOf('pending-deletion', 'pending-replica-deletion'),
    title: (name) => `Cancel the deletion of ${name}?`,
    meaning: () => ['The key stays, with all it had. It is disabled then: enable it when it is to work again.'],
    verb: 'Cancel the deletion',
    run: (api, region, keyId) => api.cancelKeyDeletion(region, keyId),
    command: KEY_COMMANDS.cancelDeletion,
    done: (name) => `${name} stays. It is disabled until somebody enables it.`,
  },
  delete: {
    label: 'Delete at once',
    permission: 'kms:ScheduleKeyDeletion',
    fits: isOneOf('enabled', 'disabled', 'deactivated', 'pending-import'),
    title: (name) => `Delete the key ${name} at once?`,
    meaning: () => [
      'From the answer on every use is refused. This is how IBM Key Protect deletes: without a waiting time before it.',
      'From 30 seconds to 30 days later it can be restored with all it had. From 4 hours on it can be purged, which nobody takes back; after 90 days it is purged by itself.',
    ],
    verb: 'Delete the key',
    isDangerous: true,
    isTyped: true,
    breaks: true,
    asks: 'force',
    run: (api, region, keyId, { force }) => api.deleteKey(region, keyId, force ? { force } : {}),
    command: (region, keyId, { force }) => (force ? KEY_COMMANDS.deleteByForce : KEY_COMMANDS.delete)(region, keyId),
    done: (name) => `${name} is deleted. It can be restored for 30 days.`,
  },
  restore: {
    label: 'Restore',
    permission: 'kms:CancelKeyDeletion',
    fits: isOneOf('deleted'),
    title: (name) => `Restore the key ${name}?`,
    meaning: () => ['The key comes back with its aliases, its policy and all versions, and is enabled.'],
    verb: 'Restore the key',
    run: (api, region, keyId) => api.restoreKey(region, keyId),
    command: KEY_COMMANDS.restore,
    done: (name) => `${name} is back, and enabled.`,
  },
  purge: {
    label: 'Purge',
    permission: 'kms:PurgeKey',
    fits: isOneOf('deleted'),
    title: (name) => `Purge the key ${name} for good?`,
    meaning: () => [
      'Its material is destroyed. Nothing that it has encrypted can ever be read again, and nobody takes that back, the people who run this server included.',
      'A key can be purged from 4 hours after its deletion on.',
    ],
    verb: 'Purge the key',
    isDangerous: true,
    isTyped: true,
    breaks: true,
    run: (api, region, keyId) => api.purgeKey(region, keyId),
    command: KEY_COMMANDS.purge,
    done: (name) => `${name} is gone for good.`,
  },
  'require-two-people': {
    label: 'Let two people delete it',
    permission: 'kms:SetDualAuthorization',
    fits: ({ dualAuthorization, state, versions }) =>
      versions !== undefined && dualAuthorization === undefined && (state === 'enabled' || state === 'disabled'),
    title: (name) => `Have ${name} deleted by two people only?`,
    meaning: () => [
      'From now on one person authorises the deletion of this key, and another one carries it out.',
      'This stays so for good: nobody can take it back.',
    ],
    verb: 'Require two people',
    run: (api, region, keyId) => api.requireTwoPeople(region, keyId),
    command: KEY_COMMANDS.requireTwoPeople,
    done: (name) => `${name} is deleted by two people only, from now on.`,
  },
  'authorize-deletion': {
    label: 'Authorise its deletion',
    permission: 'kms:AuthorizeKeyDeletion',
    fits: ({ dualAuthorization }) => dualAuthorization !== undefined && dualAuthorization.authorizedBy === undefined,
    title: (name) => `Authorise the deletion of ${name}?`,
    meaning: () => [
      'Two people delete this key. With your word another person may delete it within seven days; nothing happens until then.',
    ],
    verb: 'Authorise the deletion',
    isDangerous: true,
    breaks: true,
    run: (api, region, keyId) => api.authorizeKeyDeletion(region, keyId),
    command: KEY_COMMANDS.authorizeDeletion,
    done: (name) => `Another person may delete ${name} within seven days.`,
    undo: 'withdraw-authorization',
  },
  'withdraw-authorization': {
    label: 'Withdraw the authorisation',
    permission: 'kms:AuthorizeKeyDeletion',
    fits: ({ dualAuthorization }) => dualAuthorization?.authorizedBy !== undefined,
    title: (name) => `Withdraw the authorisation to delete ${name}?`,
    meaning: () => ['Nobody can delete the key until somebody authorises it again.'],
    verb: 'Withdraw it',
    run: (api, region, keyId) => api.withdrawKeyAuthorization(region, keyId),
    command: KEY_COMMANDS.withdrawAuthorization,
    done: (name) => `The authorisation to delete ${name} is withdrawn.`,
  },
  'delete-material': {
    label: 'Delete the imported material',
    permission: 'kms:DeleteImportedKeyMaterial',
    fits: (key) =>
      key.origin === 'imported' && hasMaterial(key) && ['enabled', 'disabled', 'deactivated'].includes(key.state),
    title: (name) => `Delete the material of ${name}?`,
    meaning: () => [
      'The key works for nothing from the answer on: what it protects cannot be read.',
      'Import the same material again and all of it works as before. Without your own copy of the material nothing brings it back: Keystead keeps none.',
    ],
    verb: 'Delete the material',
    isDangerous: true,
    isTyped: true,
    breaks: true,
    run: (api, region, keyId) => api.deleteKeyMaterial(region, keyId),
    command: KEY_COMMANDS.deleteMaterial,
    done: (name) => `The material of ${name} is gone. Import the same again to bring the key back.`,
  },
};

/** In the order of a menu: what is harmless first. */
export const KEY_ACT_NAMES = Object.keys(KEY_ACTS) as readonly KeyActName[];
