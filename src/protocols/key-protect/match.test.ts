import { describe, expect, it } from 'vitest';
import { CATALOG, type Endpoint, type OperationName } from './catalog.ts';
import { match } from './match.ts';
import { Query } from './query.ts';

const at = (method: string, path: string, query = '') => match(method, `/api/v2${path}`, new Query(query));

describe('a path', () => {
  it.each(Object.entries(CATALOG) as [OperationName, Endpoint][])('leads to %s', (name, { method, path }) => {
    const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part as string);
    const sent = path.replaceAll(/\{(\w+)\}/g, (_, part: string) => `x%20${part}`);
    const found = { name, path: Object.fromEntries(parts.map((part) => [part, `x ${part}`])) };
    expect(at(method, sent)).toEqual(found);
    expect(at(method, `${sent}/`)).toEqual(found);
  });

  it.each<[string, string, OperationName | undefined, object?]>([
    ['GET', '/keys/registrations', 'listRegistrations', {}],
    ['GET', '/keys/registrations/versions', 'listKeyVersions', { id: 'registrations' }],
    ['DELETE', '/keys/registrations', 'deleteKey', { id: 'registrations' }],
    ['POST', '/keys/a/registrations/crn:v1:a%2Fb::', 'createRegistration', { id: 'a', crn: 'crn:v1:a/b::' }],
    ['PUT', '/keys', undefined],
    ['GET', '/key', undefined],
    ['GET', '/keys//versions', undefined],
    ['GET', '/keys/%2', undefined],
    ['GET', '/keys/%ff', undefined],
    ['GET', '', undefined],
    ['POST', '/keys/a/actions/explode', undefined],
    ['POST', '/keys/a/actions', undefined],
    ['POST', '/keys/a', undefined],
    ['BREW', '/keys', undefined],
    ['GET', '/__proto__', undefined],
  ])('%s %s is %s', (method, path, name, values) => {
    expect(at(method, path)).toEqual(name && { name, path: values });
  });

  it('has its prefix in full', () => {
    for (const path of ['/api/v2', '/api/v20/keys', '/api/v1/keys', '/keys']) {
      expect(match('GET', path, new Query(''))).toBeUndefined();
    }
  });

  it.each<[string, OperationName]>([
    ['wrap', 'wrap'],
    ['unwrap', 'unwrap'],
    ['rewrap', 'rewrap'],
    ['rotate', 'rotate'],
    ['disable', 'disable'],
    ['enable', 'enable'],
    ['restore', 'restoreKey'],
    ['setKeyForDeletion', 'setKeyForDeletion'],
    ['unsetKeyForDeletion', 'unsetKeyForDeletion'],
  ])('with ?action=%s leads to %s', (action, name) => {
    expect(at('POST', '/keys/a', `action=${action}`)).toEqual({ name, path: { id: 'a' } });
  });
});
