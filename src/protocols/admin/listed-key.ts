import { keySpecByAwsName } from '../../crypto/key-spec.ts';
import { fold } from '../../keys/fold.ts';
import { keyRecordId } from '../../keys/key-record.ts';
import { DEFAULT_RING, type Key, type Tag } from '../../keys/key.ts';
import { rotationOf } from '../../keys/rotation-policy.ts';
import { WAITING_MS } from '../../keys/waiting-times.ts';
import { conditionOf, type Condition, type Conditioned } from '../../keys/state.ts';

/** How much of a description is searched, in characters. */
const MAX_DESCRIPTION = 1_000;

/** What the list of keys knows of each: what it is searched and filtered by. */
export interface ListedKey {
  /** Of the record: by which pages go on. */
  readonly id: string;
  /** Id, name, aliases and description, folded, a line each. */
  readonly text: string;
  readonly spec: string;
  readonly usage: string;
  readonly origin: Key['origin'];
  readonly keyRing: string;
  readonly tags: readonly Tag[];
  /** What its state follows from; `undefined` where that depends on a key store too. */
  readonly conditioned: Conditioned | undefined;
  /** When it is rotated next by itself, in milliseconds since 1970. */
  readonly rotatesAtMs?: number;
  /** When a deleted one is purged by itself. */
  readonly purgesAtMs?: number;
}

/** What is asked of a list. Everything that is given must hold. */
export interface KeyFilter {
  /** In any of id, name, aliases and description, whatever the case. */
  readonly text?: string | undefined;
  readonly state?: string | undefined;
  /** Our name or that of AWS. */
  readonly spec?: string | undefined;
  readonly usage?: string | undefined;
  readonly origin?: string | undefined;
  readonly keyRing?: string | undefined;
  /** `key`, or `key=value`. */
  readonly tag?: string | undefined;
}

/** What is kept of a key; nothing of one that is no more. */
export function listedKeyOf(key: Key): ListedKey | undefined {
  if (key.state === 'destroyed') return undefined;
  const rotation = rotationOf(key);
  const texts = [
    key.id,
    key.name ?? '',
    ...key.aliases.map(({ name }) => name),
    key.description.slice(0, MAX_DESCRIPTION),
  ];
  return {
    id: keyRecordId(key.id, key.region),
    text: fold(texts.join('\n')),
    spec: key.spec.name,
    usage: key.usage,
    origin: key.origin,
    keyRing: key.keyRing ?? DEFAULT_RING,
    tags: key.tags,
    conditioned: key.keyStore === undefined ? conditionedBy(key) : undefined,
    ...(rotation && { rotatesAtMs: rotation.nextAtMs }),
    ...(key.removal && { purgesAtMs: key.removal.atMs + WAITING_MS.automaticPurge }),
  };
}

/** Whether a key is asked for, as far as the list knows. */
export function matcherOf(filter: KeyFilter, nowMs: number): (key: ListedKey) => boolean {
  const text = filter.text === undefined ? undefined : fold(filter.text.trim());
  const spec = filter.spec === undefined ? undefined : (keySpecByAwsName(filter.spec)?.name ?? filter.spec);
  const [tagName, tagValue] = splitTag(filter.tag);
  return (key) =>
    (text === undefined || key.text.includes(text)) &&
    (spec === undefined || key.spec === spec) &&
    (filter.usage === undefined || key.usage === filter.usage) &&
    (filter.origin === undefined || key.origin === filter.origin) &&
    (filter.keyRing === undefined || key.keyRing === filter.keyRing) &&
    (tagName === undefined ||
      key.tags.some((tag) => tag.key === tagName && (tagValue === undefined || tag.value === tagValue))) &&
    isIn(key.conditioned && conditionOf(key.conditioned, nowMs), filter);
}

/** Whether a key in this condition is asked for; `undefined`: it is known when the key is read. */
export function isIn(condition: Condition | undefined, { state }: KeyFilter): boolean {
  if (condition === undefined) return true;
  return condition !== 'gone' && (state === undefined || condition === state);
}

/** The condition asks whether any material is missing, and when the first of it ends: one version says as much. */
function conditionedBy({ state, removal, deletion, expiresAtMs, versions }: Key): Conditioned {
  const used = versions.filter(({ stage }) => stage !== 'pending');
  const ends = used.flatMap(({ materialExpiresAtMs }) => materialExpiresAtMs ?? []);
  const isMissing = used.some(({ material }) => material === null);
  const one = {
    stage: 'current' as const,
    material: isMissing ? null : '',
    ...(ends.length > 0 && { materialExpiresAtMs: ends.reduce((a, b) => Math.min(a, b)) }),
  };
  return {
    state,
    ...(removal && { removal }),
    ...(deletion && { deletion }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    versions: used.length === 0 ? [] : [one],
  };
}

function splitTag(tag: string | undefined): readonly [name?: string, value?: string] {
  if (tag === undefined) return [];
  const at = tag.indexOf('=');
  return at < 0 ? [tag] : [tag.slice(0, at), tag.slice(at + 1)];
}
