import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { evaluate } from '../src/access/evaluate.ts';
import {
  BUILT_IN_NAMES,
  BUILT_IN_POLICIES,
  BUILT_IN_TEXTS,
  type BuiltInPolicy,
} from '../src/identity/built-in-policies.ts';
import { ADMIN_ROUTES } from '../src/protocols/admin/routes.ts';
import { OPERATIONS } from '../src/protocols/aws-kms/operations.ts';
import { CATALOG } from '../src/protocols/key-protect/catalog.ts';
import type { Generator } from './generator.ts';

const GUIDE = 'docs/guide/access-management.md';
const PAGE = 'docs/guide/roles-of-people.md';
const MARK = '<!-- roles of people: written by tools/generate-roles-guide.ts -->\n';

/** The roles that differ action by action. The owner's are all of a tenant, the operator's those of the installation. */
const COLUMNS = [
  'key-administrator',
  'key-user',
  'backup-administrator',
  'restore-operator',
  'auditor',
  'user',
] as const;

/** The table of built-in policies in the guide, and the page that has all their actions side by side. */
export const rolesGuide: Generator = {
  name: 'guide to the roles of people',
  generate: () => [
    { path: GUIDE, text: withRoles(readFileSync(resolve(import.meta.dirname, '..', GUIDE), 'utf8')) },
    { path: PAGE, text: page() },
  ],
};

function withRoles(guide: string): string {
  const from = guide.indexOf(MARK) + MARK.length;
  const to = guide.indexOf('<!-- end -->', from);
  if (from < MARK.length || to < 0) throw new Error(`${GUIDE} has no place for the roles of people`);
  const rows = BUILT_IN_NAMES.map((name) => [`\`${name}\``, BUILT_IN_TEXTS[name].description]);
  return `${guide.slice(0, from)}\n${table(['built-in policy', 'what it is for'], rows)}\n\n${guide.slice(to)}`;
}

function page(): string {
  const rows = actions().map((action) => [`\`${action}\``, ...COLUMNS.map((role) => (may(role, action) ? 'yes' : ''))]);
  return `# What each role of people may do

Written by tools/generate-roles-guide.ts from the tables of the code. What the roles are for: [access-management.md](access-management.md#roles-of-people).

\`owner\` and \`administrator\` may do all of it, each within the tenant. \`operator\` may do \`installation:*\` and \`keystead:WhoAmI\`, and nobody else \`installation:*\`. A \`backup-administrator\` may \`kms:CreateGrant\` besides, to environments alone. What an action is for: the
tables of the [admin API](admin-api.md), of [AWS KMS](https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html) and of [IBM Key Protect](key-protect-access.md).

${table(['action', ...COLUMNS.map((role) => `\`${role}\``)], rows)}
`;
}

/** Whatever routes and operations ask for, within a tenant. */
function actions(): string[] {
  const asked = new Set([
    ...ADMIN_ROUTES.map(({ action }) => action),
    ...Object.values(OPERATIONS).flatMap((one) => (typeof one === 'string' ? [] : one.actions)),
    ...Object.values(CATALOG).flatMap((one) => one.actions),
  ]);
  return [...asked].filter((action) => !action.startsWith('installation:')).toSorted();
}

function may(role: BuiltInPolicy, action: string): boolean {
  const subject = {
    arn: 'arn:aws:iam::111122223333:user/alice',
    accountId: '111122223333',
    policies: [BUILT_IN_POLICIES[role]],
  };
  return evaluate({ subject, action, resource: '*' }).allowed;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
