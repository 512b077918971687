import { everyItem, type KeysteadClient, type Role } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';
import { readPolicyFile, tagOf } from './policy-file.ts';
import { wholeNumber } from './credential.ts';

const COLUMNS: readonly Column<Role>[] = [
  ['ROLE', ({ name }) => name],
  ['POLICIES', ({ policies }) => policies.join(', ')],
  ['SESSIONS', ({ maxSessionSeconds }) => `${maxSessionSeconds} s`],
  ['DESCRIPTION', ({ description }) => description],
];

const ROLE: readonly Row[] = [['<role>', 'its name']];
const DESCRIPTION: Row = ['--description <text>', 'what it is for'];
const MAX_SESSION: Row = ['--max-session <seconds>', 'how long a session may last, 3600 to 43200 (3600)'];

/** A command that changes one role and shows what became of it. */
function change(
  verb: string,
  summary: string,
  example: string,
  run: (client: KeysteadClient, role: string, session: Session) => Promise<Role>,
  more: Partial<Pick<CliCommand, 'arguments' | 'options' | 'requiredOptions'>> = {},
): CliCommand {
  return {
    path: `role ${verb}`,
    summary,
    reach: 'remote',
    arguments: ROLE,
    ...more,
    examples: [`role ${verb} ${example}`],
    run: async (session) => session.output.item(await run(session.client(), session.given.text('role'), session)),
  };
}

export const ROLE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'role create',
    summary: 'Makes a role of your tenant. What its sessions may do, its policies say: see policy attach',
    reach: 'remote',
    arguments: [['<name>', 'letters, digits and + = , . @ _ -']],
    requiredOptions: [['--trust <file>', 'a file with the JSON of the trust policy: who may assume it']],
    options: [DESCRIPTION, MAX_SESSION],
    examples: ['role create nightly-backup --trust ./trust.json --max-session 7200'],
    run: async ({ client, given, output }) =>
      output.item(
        await client().createRole({
          name: given.text('name'),
          trustPolicy: readPolicyFile(given.text('trust')),
          ...changesOf(given),
        }),
      ),
  },
  {
    path: 'role list',
    summary: 'Lists the roles of your tenant',
    reach: 'remote',
    examples: ['role list'],
    run: async ({ client, output }) => {
      const api = client();
      output.rows(await all(everyItem((after) => api.listRoles({ after }))), COLUMNS, 'There is no role.');
    },
  },
  change('show', 'Shows a role with its trust policy', 'nightly-backup', (client, role) => client.getRole(role)),
  change(
    'set-trust',
    'Says anew who may assume a role. Open sessions go on: see role revoke-sessions',
    'nightly-backup --trust ./trust.json',
    (client, role, { given }) => client.setRoleTrust(role, { trustPolicy: readPolicyFile(given.text('trust')) }),
    { requiredOptions: [['--trust <file>', 'a file with the JSON of the trust policy']] },
  ),
  change(
    'update',
    'Changes the description of a role, or how long its sessions may last',
    'nightly-backup --max-session 7200',
    (client, role, { given }) => client.updateRole(role, changesOf(given)),
    { options: [DESCRIPTION, MAX_SESSION] },
  ),
  change(
    'tag',
    'Sets tags of a role: policies may ask for them',
    'nightly-backup department=finance',
    (client, role, { given }) => client.tagRole(role, { tags: given.list('tag').map(tagOf) }),
    { arguments: [...ROLE, ['<tag...>', 'KEY=VALUE']] },
  ),
  change(
    'untag',
    'Takes tags from a role',
    'nightly-backup department',
    (client, role, { given }) => client.untagRole(role, { keys: given.list('key') }),
    { arguments: [...ROLE, ['<key...>', 'the keys of the tags']] },
  ),
  change(
    'revoke-sessions',
    'Ends every open session of a role: their requests that start after the answer are refused',
    'nightly-backup',
    (client, role) => client.revokeRoleSessions(role),
  ),
  change(
    'delete',
    'Deletes a role for good, with its sessions. Its name is never given again',
    'nightly-backup',
    (client, role) => client.deleteRole(role),
  ),
];

function changesOf(given: Session['given']): { description?: string; maxSessionSeconds?: number } {
  const [description, seconds] = [given.optional('description'), given.optional('max-session')];
  return {
    ...(description !== undefined && { description }),
    ...(seconds !== undefined && { maxSessionSeconds: wholeNumber('--max-session', seconds) }),
  };
}
