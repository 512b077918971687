import type { Overview } from '@keystead/sdk';
import { describe, expect, it } from 'vitest';
import { shortId } from '../../ui/short-id.ts';
import { isEmptyPicture, pictureModel } from './picture-model.ts';

const AT = '2026-11-22T00:00:00Z';
const arn = (name: string): string => `arn:aws:kms:eu-central-1:123456789012:key/${name}`;

function overviewOf(parts: Partial<Overview>): Overview {
  return { at: AT, hidden: [], ...parts };
}

function linkOf(key: string, resource: string, environmentId?: string) {
  return {
    keyId: key,
    region: 'eu-central-1',
    keyArn: arn(key),
    keyName: key,
    service: 'databases',
    resource,
    ...(environmentId !== undefined && { environmentId }),
  };
}

function environmentOf(id: string, keys: readonly string[], isHeld = false) {
  return {
    environmentId: id,
    label: `environment ${id}`,
    encryption: 'Keystead',
    storageType: 'folder',
    region: 'eu-central-1',
    keys: keys.map((key) => ({
      provider: 'keystead',
      keyId: arn(key),
      region: 'eu-central-1',
      state: isHeld ? 'disabled' : 'good',
    })),
    sources: 1,
    overdueSources: 0,
    unprovenSources: 0,
    lastBackup: { source: 'a', snapshotId: 's', runId: id, at: AT },
    runsInFlight: 0,
    releasesAsked: 0,
    ...(isHeld && { held: { since: AT, code: 'key-disabled', keyId: arn(keys[0] as string) } }),
  };
}

const environments = (...items: readonly ReturnType<typeof environmentOf>[]) => ({
  count: items.length,
  isAtLeast: false,
  items,
});

describe('the picture of what is protected by which key', () => {
  it('is empty where nothing may be seen or nothing is there', () => {
    expect(isEmptyPicture(pictureModel(overviewOf({}), 12))).toBe(true);
    expect(isEmptyPicture(pictureModel(overviewOf({ links: { isAtLeast: false, items: [] } }), 12))).toBe(true);
  });

  it('joins what environments and registrations say of the same key and thing', () => {
    const links = {
      isAtLeast: false,
      items: [linkOf('payroll', 'crn:x', 'e1'), linkOf('payroll', 'crn:v1:cloud-object-storage::bucket:b1')],
    };
    const model = pictureModel(overviewOf({ links, environments: environments(environmentOf('e1', ['payroll'])) }), 12);
    expect(model.keys).toMatchObject([
      { id: arn('payroll'), name: 'payroll', own: { keyId: 'payroll' }, tone: 'good' },
    ]);
    expect(model.things).toMatchObject([
      { id: 'e1', kind: 'environment', environmentId: 'e1' },
      { kind: 'bucket', name: 'b1' },
    ]);
    expect(model.edges).toHaveLength(2);
  });

  it('has what needs a look first, and says why', () => {
    const model = pictureModel(
      overviewOf({ environments: environments(environmentOf('well', ['a']), environmentOf('dark', ['b'], true)) }),
      12,
    );
    expect(model.keys[0]).toMatchObject({ id: arn('b'), tone: 'bad', state: 'disabled' });
    expect(model.things[0]).toMatchObject({ id: 'dark', tone: 'bad', about: 'dark: its key says no' });
  });

  it.each([
    [11, 11, undefined],
    [12, 12, undefined],
    [13, 12, '2 more keys'],
    [40, 12, '29 more keys'],
  ])('draws of %d keys %d', (count, drawn, last) => {
    const items = Array.from({ length: count }, (_, n) => linkOf(`key-${n}`, `crn:thing-${n}`));
    const model = pictureModel(overviewOf({ links: { isAtLeast: false, items } }), 12);
    expect([model.keys.length, model.things.length]).toEqual([drawn, drawn]);
    expect(model.keys.at(-1)?.name).toBe(last ?? `key-${count - 1}`);
    const known = new Set([...model.keys, ...model.things].map(({ id }) => id));
    expect(model.edges.every(({ key, thing }) => known.has(key) && known.has(thing))).toBe(true);
    expect(pictureModel(overviewOf({ links: { isAtLeast: false, items } }), Infinity).edges).toHaveLength(count);
  });

  it('keeps a name, and shortens what is none', () => {
    expect(shortId('alias/payroll')).toBe('alias/payroll');
    expect(shortId('1234abcd-12ab-34cd-56ef-1234567890ab')).toBe('1234abcd…');
  });
});
