import { describe, expect, it } from 'vitest';
import { dumpName } from '../../../../../src/vault/postgres/layout.ts';
import { databaseOf } from './databases-of.ts';

describe('the database that a file of a snapshot holds', () => {
  it.each(['orders', 'a/b', '100%', '.hidden', '%2F', 'ü x', 'a.dump', '..', '%252E'])('%s', (name) => {
    expect(databaseOf(dumpName(name))).toBe(name);
  });

  it('is none where the file is no dump', () => {
    expect(databaseOf('server.json')).toBeUndefined();
  });
});
