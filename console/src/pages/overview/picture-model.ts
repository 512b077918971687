import type { Overview, OverviewEnvironment } from '@keystead/sdk';
import { shortId } from '../../ui/short-id.ts';
import type { Tone } from '../../ui/state-badge.tsx';

export type ThingKind = 'environment' | 'bucket' | 'service';

/** A key, at the left. */
export interface PictureKey {
  /** Its ARN or CRN. */
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** Where it is one of the own tenant. */
  readonly own?: { readonly region: string; readonly keyId: string };
  readonly tone: Tone;
  readonly state?: string;
}

/** What a key protects, at the right. */
export interface PictureThing {
  readonly id: string;
  readonly kind: ThingKind;
  readonly name: string;
  readonly about: string;
  readonly environmentId?: string;
  readonly tone: Tone;
}

export interface PictureEdge {
  readonly key: string;
  readonly thing: string;
}

export interface PictureModel {
  readonly keys: readonly PictureKey[];
  readonly things: readonly PictureThing[];
  readonly edges: readonly PictureEdge[];
}

const PROVIDERS: Readonly<Record<string, string>> = {
  'aws-kms': 'AWS KMS',
  'key-protect': 'IBM Key Protect',
  keystead: 'Keystead',
  recovery: 'Recovery key, kept offline',
};
const BUCKETS = /cloud-object-storage|^arn:[\w-]+:s3:|(?:^|[./:])s3[./:]/;

/**
 * Which key protects what, from what the overview tells: environments by their master keys, the rest by registrations.
 *
 * @param maxDrawn how many stand at each side; the rest stand as one
 */
export function pictureModel({ links, environments, keys: counted }: Overview, maxDrawn: number): PictureModel {
  const keys = new Map<string, PictureKey>();
  const things = new Map<string, PictureThing>();
  const edges = new Map<string, PictureEdge>();
  const join = (key: string, thing: string): void => void edges.set(`${key} ${thing}`, { key, thing });
  const leaving = new Set((counted?.soon ?? []).filter(({ kind }) => kind === 'deletion').map(({ arn }) => arn));

  for (const environment of environments?.items ?? []) {
    things.set(environment.environmentId, thingOf(environment));
    for (const { provider, keyId, region, state } of environment.keys) {
      const isGood = state === undefined || state === 'good' || state === 'offline';
      keys.set(keyId, {
        id: keyId,
        name: shortId(tailOf(keyId)),
        about: [PROVIDERS[provider] ?? provider, region].filter((text) => text !== '').join(', '),
        tone: isGood ? 'good' : isUsable(state) ? 'waiting' : 'bad',
        ...(!isGood && { state: state.replaceAll('-', ' ') }),
        ...(provider === 'keystead' && { own: { region, keyId: tailOf(keyId) } }),
      });
      join(keyId, environment.environmentId);
    }
  }
  for (const { keyArn, keyId, keyName, region, service, resource, environmentId } of links?.items ?? []) {
    const known = keys.get(keyArn);
    const isLeaving = leaving.has(keyArn);
    keys.set(keyArn, {
      id: keyArn,
      about: `Keystead, ${region}`,
      tone: isLeaving ? 'bad' : 'good',
      ...(isLeaving && { state: 'pending deletion' }),
      ...known,
      name: keyName ?? known?.name ?? shortId(keyId),
      own: { region, keyId },
    });
    const thing = environmentId ?? resource;
    if (!things.has(thing)) {
      const kind = environmentId === undefined ? (BUCKETS.test(resource) ? 'bucket' : 'service') : 'environment';
      const name = tailOf(resource);
      things.set(thing, {
        id: thing,
        kind,
        name,
        about: kind === 'environment' ? 'Environment' : `${kind === 'bucket' ? 'Bucket' : 'Registered'} by ${service}`,
        tone: isLeaving ? 'bad' : 'good',
        ...(environmentId !== undefined && { environmentId }),
      });
    }
    join(keyArn, thing);
  }
  return bounded({ keys: [...keys.values()], things: [...things.values()], edges: [...edges.values()] }, maxDrawn);
}

/** Whether nothing is known to stand in the way of a key for longer than a moment. */
function isUsable(state = 'good'): boolean {
  return ['good', 'offline', 'doubtful', 'throttled'].includes(state);
}

function thingOf({ environmentId, label, keys, held, storageType, overdueSources, lastBackup }: OverviewEnvironment) {
  const isBad = held !== undefined || !isUsable(keys[0]?.state);
  const about = isBad ? 'dark: its key says no' : overdueSources > 0 ? 'a source is overdue' : storageType;
  return {
    id: environmentId,
    kind: 'environment' as const,
    name: label,
    about,
    environmentId,
    tone: isBad
      ? ('bad' as const)
      : overdueSources > 0 || lastBackup === undefined
        ? ('waiting' as const)
        : ('good' as const),
  };
}

/** The last part of an ARN, a CRN or a path: what people know a thing by. */
function tailOf(id: string): string {
  const parts = id.split(/[:/]/).filter((part) => part !== '');
  return parts.at(-1) ?? id;
}

/** Draws what needs a look first, then what protects most; the rest becomes one of its kind. */
function bounded({ keys, things, edges }: PictureModel, maxDrawn: number): PictureModel {
  const weigh = (id: string): number => edges.filter(({ key, thing }) => key === id || thing === id).length;
  const order = <Node extends { readonly id: string; readonly tone: Tone }>(nodes: readonly Node[]): Node[] =>
    nodes.toSorted((a, b) => urgency(b.tone) - urgency(a.tone) || weigh(b.id) - weigh(a.id));
  const shownKeys = order(keys);
  const shownThings = order(things);
  const restKeys = shownKeys.length > maxDrawn ? shownKeys.splice(maxDrawn - 1) : [];
  const restThings = shownThings.length > maxDrawn ? shownThings.splice(maxDrawn - 1) : [];
  const into = new Map([
    ...restKeys.map(({ id }) => [id, REST_KEYS] as const),
    ...restThings.map(({ id }) => [id, REST_THINGS] as const),
  ]);
  if (restKeys.length > 0)
    shownKeys.push({ id: REST_KEYS, name: `${restKeys.length} more keys`, about: 'in the table', tone: 'off' });
  if (restThings.length > 0)
    shownThings.push({
      id: REST_THINGS,
      kind: 'service',
      name: `${restThings.length} more`,
      about: 'in the table',
      tone: 'off',
    });
  const kept = new Map(
    edges.map(({ key, thing }) => {
      const edge = { key: into.get(key) ?? key, thing: into.get(thing) ?? thing };
      return [`${edge.key} ${edge.thing}`, edge] as const;
    }),
  );
  return { keys: shownKeys, things: untangled(shownKeys, shownThings, [...kept.values()]), edges: [...kept.values()] };
}

const REST_KEYS = 'rest-of-keys';
const REST_THINGS = 'rest-of-things';

function urgency(tone: Tone): number {
  return tone === 'bad' ? 2 : tone === 'waiting' ? 1 : tone === 'good' ? 0 : -1;
}

/** Things stand at the height of their keys, so that few lines cross. */
function untangled(
  keys: readonly PictureKey[],
  things: readonly PictureThing[],
  edges: readonly PictureEdge[],
): PictureThing[] {
  const place = new Map(keys.map(({ id }, index) => [id, index]));
  const height = (thing: PictureThing): number => {
    if (thing.id === REST_THINGS) return Infinity;
    const own = edges.filter((edge) => edge.thing === thing.id).map(({ key }) => place.get(key) ?? 0);
    return own.length === 0 ? Infinity : own.reduce((sum, at) => sum + at, 0) / own.length;
  };
  return things.toSorted((one, other) => {
    const [a, b] = [height(one), height(other)];
    return a === b ? 0 : a - b;
  });
}

/** Whether nothing is drawn. */
export function isEmptyPicture({ keys, things }: PictureModel): boolean {
  return keys.length === 0 && things.length === 0;
}
