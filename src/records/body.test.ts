import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openBody, openFormatted, parseFormatted, sealBody } from './body.ts';
import { sealRecord } from './record.ts';

const KEY = createSecretKey(Buffer.alloc(32, 1));
const AT = { tenantId: '123456789012', kind: 'key-ring', id: 'eu-de/backups', scope: 'eu-de', revision: 3 } as const;
const refused = (): Error => new Error('not ours');
const WANTED = { kind: 'key-ring', format: 2, refused } as const;

function sealed(text: string) {
  return sealRecord({ ...AT, body: Buffer.from(text, 'utf8') }, KEY);
}

describe('a body', () => {
  const record = sealBody(KEY, AT, 2, { name: 'backups', at: 7 });

  it('is canonical JSON with its format, and comes back without it', () => {
    expect(record).toMatchObject(AT);
    expect(record.body.toString('utf8')).toBe('{"at":7,"format":2,"name":"backups"}');
    expect(openBody(KEY, record, WANTED)).toEqual({ name: 'backups', at: 7 });
    expect(openFormatted(KEY, record, WANTED)).toEqual({ name: 'backups', at: 7, format: 2 });
  });

  it.each([
    ['another kind', { ...record, kind: 'key' as const }, KEY],
    ['another record', { ...record, id: 'eu-de/others' }, KEY],
    ['a changed body', { ...record, body: Buffer.from('{"at":8,"format":2,"name":"backups"}') }, KEY],
    ['another key', record, createSecretKey(Buffer.alloc(32, 2))],
    ['another format', sealed('{"format":1}'), KEY],
    ['no format', sealed('{}'), KEY],
    ['no object', sealed('null'), KEY],
    ['no JSON', sealed('{"format":2'), KEY],
    ['nothing', sealed(''), KEY],
  ])('of %s is refused in the words of its room', (_, found, key) => {
    expect(() => openBody(key, found, WANTED)).toThrow('not ours');
  });

  it.each(['null', '7', '"x"', '{', ''])('is refused as well before its MAC can be checked: %j', (text) => {
    expect(() => parseFormatted(sealed(text), refused)).toThrow('not ours');
  });
});
