import type { KeysteadClient } from '@keystead/sdk';
import { ORIGINS, SPECS, STATES, USAGES } from './key-words.ts';

/** What the address of a page asks for: so that a view can be linked and reloaded. */
type Asked = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

function oneOf<Word extends string>(words: Readonly<Record<Word, unknown>>, value: unknown): Word | undefined {
  return typeof value === 'string' && Object.hasOwn(words, value) ? (value as Word) : undefined;
}

/** Leaves out what is not asked for. */
function asked<Search extends Asked>(search: Search): { [Name in keyof Search]?: Exclude<Search[Name], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as never;
}

export function regionSearch(search: Asked): { readonly region?: string } {
  return asked({ region: text(search['region']) });
}

type Filters = NonNullable<Parameters<KeysteadClient['listKeys']>[1]>;
type Filter<Name extends keyof Filters> = NonNullable<Filters[Name]>;

/** The filters of the list of keys. Everything that is given must hold. */
export interface KeyListSearch {
  readonly region?: string;
  readonly text?: string;
  readonly state?: Filter<'state'>;
  readonly spec?: Filter<'spec'>;
  readonly usage?: Filter<'usage'>;
  readonly origin?: Filter<'origin'>;
  readonly keyRing?: string;
  readonly tag?: string;
}

export function keyListSearch(search: Asked): KeyListSearch {
  return asked({
    region: text(search['region']),
    text: text(search['text']),
    state: oneOf(STATES, search['state']),
    spec: oneOf(SPECS, search['spec']) as Filter<'spec'> | undefined,
    usage: oneOf(USAGES, search['usage']) as Filter<'usage'> | undefined,
    origin: oneOf(ORIGINS, search['origin']),
    keyRing: text(search['keyRing']),
    tag: text(search['tag']),
  });
}

/** The parts of a key's page. */
export const KEY_TABS = {
  overview: 'Overview',
  material: 'Versions and rotation',
  policy: 'Policy',
  access: 'Who can do what',
  grants: 'Grants',
  dependants: 'Who depends on it',
  uses: 'Uses',
  regions: 'Regions',
} as const;
export type KeyTab = keyof typeof KEY_TABS;

export function keySearch(search: Asked): { readonly tab?: KeyTab } {
  return asked({ tab: oneOf(KEY_TABS, search['tab']) });
}

/** `key`: one that is there already, for the material that it waits for or is to rotate to. */
export function bringSearch(search: Asked): { readonly region?: string; readonly key?: string } {
  return asked({ region: text(search['region']), key: text(search['key']) });
}
