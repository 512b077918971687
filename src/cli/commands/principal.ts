import { everyItem, type KeysteadClient, type Principal } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';
import { tagOf } from './policy-file.ts';

const COLUMNS: readonly Column<Principal>[] = [
  ['PRINCIPAL', ({ principalId }) => principalId],
  ['NAME', ({ name }) => name],
  ['POLICIES', ({ policies }) => policies.join(', ')],
  ['STATE', ({ state }) => state],
  ['CREATED', ({ createdAt }) => createdAt],
];

const PRINCIPAL: readonly Row[] = [['<principal>', 'its name']];

/** A command on one user, which shows what became of it. */
function change(
  verb: string,
  summary: string,
  example: string,
  run: (client: KeysteadClient, principalId: string, session: Session) => Promise<Principal>,
  more: readonly Row[] = [],
): CliCommand {
  return {
    path: `principal ${verb}`,
    summary,
    reach: 'remote',
    arguments: [...PRINCIPAL, ...more],
    examples: [`principal ${verb} ${example}`],
    run: async (session) => {
      const api = session.client();
      const id = await principalIdOf(api, session.given.text('principal'));
      session.output.item(await run(api, id, session));
    },
  };
}

export const PRINCIPAL_COMMANDS: readonly CliCommand[] = [
  {
    path: 'principal create',
    summary: 'Makes a principal of your tenant, without a credential yet',
    reach: 'remote',
    arguments: [['<name>', 'letters, digits and + = , . @ _ -']],
    options: [
      [
        '--policy <name...>',
        'administrator, user, operator or one of your own; without one it may do what key policies allow',
      ],
      ['--service-id', 'it is a program: a service id on the wire of IBM Key Protect'],
    ],
    examples: [
      'principal create backup-host --policy user',
      'principal create alice --policy administrator',
      'principal create payments-app --service-id',
    ],
    run: async ({ client, given, output }) =>
      output.item(
        await client().createPrincipal({
          name: given.text('name'),
          policies: given.list('policy'),
          ...(given.flag('service-id') && { serviceId: true }),
        }),
      ),
  },
  {
    path: 'principal list',
    summary: 'Lists the principals of your tenant',
    reach: 'remote',
    examples: ['principal list'],
    run: async ({ client, output }) => {
      const api = client();
      output.rows(await all(everyItem((after) => api.listPrincipals({ after }))), COLUMNS, 'There is no principal.');
    },
  },
  change('show', 'Shows a user with its policies and tags', 'alice', (client, id) => client.getPrincipal(id)),
  change(
    'suspend',
    'Switches a user off: every request of it and of its sessions that starts after the answer is refused',
    'alice',
    (client, id) => client.suspendPrincipal(id),
  ),
  change('resume', 'Switches a user on again', 'alice', (client, id) => client.resumePrincipal(id)),
  change(
    'tag',
    'Sets tags of a user: policies may ask for them',
    'alice department=finance',
    (client, id, { given }) => client.tagPrincipal(id, { tags: given.list('tag').map(tagOf) }),
    [['<tag...>', 'KEY=VALUE']],
  ),
  change(
    'untag',
    'Takes tags from a user',
    'alice department',
    (client, id, { given }) => client.untagPrincipal(id, { keys: given.list('key') }),
    [['<key...>', 'the keys of the tags']],
  ),
  change(
    'delete',
    'Deletes a user for good, with its credentials. Its name is never given again',
    'alice',
    (client, id) => client.deletePrincipal(id),
  ),
];

/** The id of the principal of a name. @throws {CliError} */
export async function principalIdOf(client: KeysteadClient, name: string): Promise<string> {
  const { items } = await client.listPrincipals({ name });
  const [found] = items;
  if (found) return found.principalId;
  throw new CliError(
    'failed',
    'principal-not-found',
    `your tenant has no principal named ${name}`,
    'Run "keystead principal list" to see their names.',
  );
}
