import { everyItem, type KeysteadClient, type Policy } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column, Output } from '../output.ts';
import { all } from './list.ts';
import { readPolicyFile } from './policy-file.ts';
import { principalIdOf } from './principal.ts';

const COLUMNS: readonly Column<Policy>[] = [
  ['POLICY', ({ name }) => name],
  ['OF', ({ isBuiltIn }) => (isBuiltIn ? 'built-in' : 'your own')],
  ['VERSION', ({ version }) => version],
  ['ATTACHED', ({ attachments }) => attachments],
  ['DESCRIPTION', ({ description }) => description],
];

const NAME: readonly Row[] = [
  ['<policy>', 'its name: a built-in one (owner, key-administrator, key-user, ...), or one of your own'],
];
const HOLDER: readonly Row[] = [
  ['--principal <name>', 'the user of this name'],
  ['--role <name>', 'the role of this name'],
];
const DESCRIPTION: Row = ['--description <text>', 'what it is for'];

/** What is done to a user or to a role, whichever is named. */
interface OnHolder<Answer = object> {
  readonly principal: (client: KeysteadClient, principalId: string) => Promise<Answer>;
  readonly role: (client: KeysteadClient, role: string) => Promise<Answer>;
}

/** Does something to a user or to a role, and shows what became of it. @throws {CliError} neither or both are named */
export async function onHolder(session: Session, acts: OnHolder): Promise<void> {
  session.output.item(await ofHolder(session, acts));
}

/** Asks something of a user or of a role. @throws {CliError} neither or both are named */
export async function ofHolder<Answer>(
  { client, given }: Session,
  { principal, role }: OnHolder<Answer>,
): Promise<Answer> {
  const [user, ofRole] = [given.optional('principal'), given.optional('role')];
  if ((user === undefined) === (ofRole === undefined))
    throw new CliError(
      'usage',
      'usage',
      'this is about a user or about a role',
      'Give --principal or --role, one of them.',
    );
  const api = client();
  return ofRole === undefined ? principal(api, await principalIdOf(api, user ?? '')) : role(api, ofRole);
}

/** What became of a policy, and what in it means nothing. */
function showSaved(output: Output, policy: Policy): void {
  output.item(policy);
  noteUnknown(output, policy.unknownActions);
}

/** What in a policy means nothing. */
export function noteUnknown(output: Output, actions: readonly string[] = []): void {
  if (actions.length === 0) return;
  output.note(
    `No request here asks for ${actions.join(', ')}: nothing follows from that. ` +
      `Is it mistyped? 'keystead policy actions' lists all there are.`,
  );
}

export const POLICY_COMMANDS: readonly CliCommand[] = [
  {
    path: 'policy create',
    summary: 'Makes a policy of your tenant, to be attached to users and roles',
    reach: 'remote',
    arguments: [['<name>', 'letters, digits and + = , . @ _ -']],
    requiredOptions: [['--document <file>', 'a file with the JSON of the policy']],
    options: [DESCRIPTION],
    examples: ['policy create encrypt-only --document ./encrypt-only.json'],
    run: async ({ client, given, output }) => {
      const description = given.optional('description');
      const document = readPolicyFile(given.text('document'));
      const name = given.text('name');
      showSaved(
        output,
        await client().createPolicy({ name, document, ...(description !== undefined && { description }) }),
      );
    },
  },
  {
    path: 'policy list',
    summary: 'Lists the policies of your tenant: the built-in ones, then your own',
    reach: 'remote',
    examples: ['policy list'],
    run: async ({ client, output }) => {
      const api = client();
      output.rows(await all(everyItem((after) => api.listPolicies({ after }))), COLUMNS, 'There is no policy.');
    },
  },
  {
    path: 'policy actions',
    summary: 'Lists every action that a policy can allow or deny: what requests ask for, by any protocol',
    reach: 'remote',
    examples: ['policy actions'],
    run: async ({ client, output }) => {
      const { actions } = await client().listActions();
      output.rows(
        actions.map((action) => ({ action })),
        [['ACTION', ({ action }) => action]],
        'There is none.',
      );
    },
  },
  {
    path: 'policy show',
    summary: 'Shows a policy, its version and its document',
    reach: 'remote',
    arguments: NAME,
    examples: ['policy show encrypt-only', 'policy show user'],
    run: async ({ client, given, output }) => output.item(await client().getPolicy(given.text('policy'))),
  },
  {
    path: 'policy update',
    summary: 'Changes a policy: it counts from the next request of everybody who has it',
    reach: 'remote',
    arguments: NAME,
    options: [['--document <file>', 'a file with the JSON of the policy'], DESCRIPTION],
    examples: ['policy update encrypt-only --document ./encrypt-only.json'],
    run: async ({ client, given, output }) => {
      const [file, description] = [given.optional('document'), given.optional('description')];
      const body = {
        ...(file !== undefined && { document: readPolicyFile(file) }),
        ...(description !== undefined && { description }),
      };
      showSaved(output, await client().updatePolicy(given.text('policy'), body));
    },
  },
  {
    path: 'policy delete',
    summary: 'Deletes a policy that nobody has',
    reach: 'remote',
    arguments: NAME,
    examples: ['policy delete encrypt-only'],
    run: async ({ client, given, output }) => output.item(await client().deletePolicy(given.text('policy'))),
  },
  {
    path: 'policy attach',
    summary: 'Attaches a policy to a user or a role',
    reach: 'remote',
    arguments: NAME,
    options: HOLDER,
    examples: ['policy attach encrypt-only --principal backup-host', 'policy attach user --role nightly-backup'],
    run: (session) => {
      const body = { policy: session.given.text('policy') };
      return onHolder(session, {
        principal: (client, id) => client.attachPrincipalPolicy(id, body),
        role: (client, role) => client.attachRolePolicy(role, body),
      });
    },
  },
  {
    path: 'policy detach',
    summary: 'Takes a policy from a user or a role: from the answer on it counts for nothing there',
    reach: 'remote',
    arguments: NAME,
    options: HOLDER,
    examples: ['policy detach encrypt-only --principal backup-host', 'policy detach user --role nightly-backup'],
    run: (session) => {
      const body = { policy: session.given.text('policy') };
      return onHolder(session, {
        principal: (client, id) => client.detachPrincipalPolicy(id, body),
        role: (client, role) => client.detachRolePolicy(role, body),
      });
    },
  },
  {
    path: 'policy put-inline',
    summary: 'Gives a user or a role a policy that belongs to it alone, in place of the one of that name',
    reach: 'remote',
    arguments: [['<name>', 'the name that it has there']],
    requiredOptions: [['--document <file>', 'a file with the JSON of the policy']],
    options: HOLDER,
    examples: ['policy put-inline one-key --document ./one-key.json --principal backup-host'],
    run: (session) => {
      const { given } = session;
      const body = { name: given.text('name'), document: readPolicyFile(given.text('document')) };
      return onHolder(session, {
        principal: (client, id) => client.putPrincipalInlinePolicy(id, body),
        role: (client, role) => client.putRoleInlinePolicy(role, body),
      });
    },
  },
  {
    path: 'policy list-inline',
    summary: 'Lists the policies that belong to a user or a role alone, with their texts',
    reach: 'remote',
    options: HOLDER,
    examples: ['policy list-inline --principal backup-host', 'policy list-inline --role nightly-backup'],
    run: async (session) => {
      const { items } = await ofHolder(session, {
        principal: (client, id) => client.listPrincipalInlinePolicies(id),
        role: (client, role) => client.listRoleInlinePolicies(role),
      });
      const columns: readonly Column<(typeof items)[number]>[] = [
        ['NAME', ({ name }) => name],
        ['UNKNOWN ACTIONS', ({ unknownActions }) => unknownActions?.join(' ')],
        ['DOCUMENT', ({ document }) => document],
      ];
      session.output.rows(items, columns, 'It has no policy of its own.');
    },
  },
  {
    path: 'policy delete-inline',
    summary: 'Takes a policy away that belongs to a user or a role alone',
    reach: 'remote',
    arguments: [['<name>', 'the name that it has there']],
    options: HOLDER,
    examples: ['policy delete-inline one-key --principal backup-host'],
    run: (session) => {
      const body = { name: session.given.text('name') };
      return onHolder(session, {
        principal: (client, id) => client.deletePrincipalInlinePolicy(id, body),
        role: (client, role) => client.deleteRoleInlinePolicy(role, body),
      });
    },
  },
];
