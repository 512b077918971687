import { KEY_ROLES } from '../src/identity/key-roles.ts';
import { CATALOG, type Endpoint, type OperationName } from '../src/protocols/key-protect/catalog.ts';
import { REASONS } from '../src/protocols/key-protect/errors.ts';
import { OPERATIONS } from '../src/protocols/key-protect/operations.ts';

const HEAD = `## IBM Key Protect API

Version 2, below \`/api/v2\`; tokens come from \`/identity/token\` of the same address. [key-protect.md](key-protect.md) says how IBM's clients are pointed here. "As IBM answers" means: as its documentation, its SDKs and their tests have it;
what is only inferred is said in the notes. An operation that is not implemented answers 501 \`NOT_IMPLEMENTED_ERR\` in IBM's form.

For all operations: whoever may not, and an instance that is not there, are answered 401 without a reason; a missing or malformed \`Authorization\` is \`BEARER_SUB_EXTRACTION_ERR\` where it is not a token at all. A change is everywhere when it is answered: nothing takes minutes to settle. The media type of a
request is not asked for; an empty body and \`null\` are none; names of members are read without regard to case, unknown ones are refused. Keys that this API cannot tell of (pairs, HMAC keys, keys of several regions, keys that live elsewhere) are not found by it. A key that the AWS API has scheduled for deletion
is shown as destroyed. Ciphertexts name the version of the key that made them, so identical material in another key does not open them.
`;

/** What of IBM Key Protect is there: operations, reasons, roles. */
export function keyProtectCompatibility(): string[] {
  const names = Object.keys(CATALOG) as OperationName[];
  const done = names.filter((name) => OPERATIONS[name] !== 'not-implemented').length;
  return [
    HEAD,
    `${done} of ${names.length} operations are implemented.`,
    '',
    '| operation | request | event | permissions | notes |',
    '| --- | --- | --- | --- | --- |',
    ...names.map(operationRow),
    '',
    '### Reasons',
    '',
    'Every code that can occur, with its status.',
    '',
    '| status | codes |',
    '| --- | --- |',
    ...statusRows(),
    '',
    '### Roles',
    '',
    'A role is these actions, on an instance, a key ring or a key; a policy of a key that denies one of them counts all the same.',
    '',
    `| action | ${Object.keys(KEY_ROLES).join(' | ')} |`,
    `| --- | ${Object.keys(KEY_ROLES)
      .map(() => ':-:')
      .join(' | ')} |`,
    ...roleRows(),
    '',
  ];
}

function operationRow(name: OperationName): string {
  const { method, path, event, actions }: Endpoint = CATALOG[name];
  const operation = OPERATIONS[name];
  const notes = operation === 'not-implemented' ? 'not implemented' : (operation.notes ?? '');
  const cells = [name, `\`${method} ${path}\``, event, actions.join(', '), notes];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function statusRows(): string[] {
  const byStatus = Map.groupBy(Object.entries(REASONS), ([, { status }]) => status);
  return [...byStatus]
    .toSorted(([one], [other]) => one - other)
    .map(([status, reasons]) => `| ${status} | ${reasons.map(([code]) => `\`${code}\``).join(', ')} |`);
}

function roleRows(): string[] {
  const roles: readonly (readonly string[])[] = Object.values(KEY_ROLES);
  return [...new Set(roles.flat())].map(
    (action) => `| ${action} | ${roles.map((actions) => (actions.includes(action) ? '✓' : '')).join(' | ')} |`,
  );
}
