import { expect, it } from 'vitest';
import { roleStatements } from './role-statements.ts';

it.each([
  ['CREATE ROLE a;', [['CREATE ROLE a;', 'a']]],
  [
    'ALTER ROLE "a ""b"";" WITH LOGIN PASSWORD \'x;y\';\n',
    [['ALTER ROLE "a ""b"";" WITH LOGIN PASSWORD \'x;y\';', 'a "b";']],
  ],
  [
    '-- Roles; of old\nCREATE ROLE b;\n\nGRANT a TO b;',
    [
      ['CREATE ROLE b;', 'b'],
      ['GRANT a TO b;', undefined],
    ],
  ],
  ["COMMENT ON ROLE c IS E'it\\'s; two\\nlines';", [["COMMENT ON ROLE c IS E'it\\'s; two\\nlines';", 'c']]],
  ["COMMENT ON ROLE c IS 'it''s;\nhere';", [["COMMENT ON ROLE c IS 'it''s;\nhere';", 'c']]],
  ['\\restrict abc\nCREATE ROLE d;\n\\unrestrict abc\n', [['CREATE ROLE d;', 'd']]],
  ["CREATE TABLESPACE t LOCATION '/t';", [["CREATE TABLESPACE t LOCATION '/t';", undefined]]],
  ["SET client_encoding = 'UTF8';", [["SET client_encoding = 'UTF8';", undefined]]],
  ['', []],
  // What pg_dumpall does not write changes roles that are there by other names, or does something else altogether.
  ["ALTER USER postgres PASSWORD 'x';", []],
  ["alter role postgres password 'x';", []],
  ["ALTER ROLE Postgres PASSWORD 'x';", []],
  ['ALTER ROLE U&"\\0070ostgres" SUPERUSER;', []],
  ['ALTER ROLE current_user SUPERUSER;', []],
  ['ALTER ROLE ALL SET search_path TO evil;', []],
  ["COPY (SELECT 1) TO PROGRAM 'touch /tmp/x';", []],
  ["SELECT pg_catalog.set_config('a', pg_read_file('/etc/passwd'), false);", []],
  ['DO $$ BEGIN DROP DATABASE x; END $$;', []],
])('splits %j', (script, expected) => {
  expect(roleStatements(script).map(({ sql, role }) => [sql, role])).toEqual(expected);
});
