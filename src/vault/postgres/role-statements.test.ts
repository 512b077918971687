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
  ['', []],
])('splits %j', (script, expected) => {
  expect(roleStatements(script).map(({ sql, role }) => [sql, role])).toEqual(expected);
});
