import { everyItem, type KeysteadClient, type Principal } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';

const COLUMNS: readonly Column<Principal>[] = [
  ['PRINCIPAL', ({ principalId }) => principalId],
  ['NAME', ({ name }) => name],
  ['POLICIES', ({ policies }) => policies.join(', ')],
  ['STATE', ({ state }) => state],
  ['CREATED', ({ createdAt }) => createdAt],
];

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
    ],
    examples: ['principal create backup-host --policy user', 'principal create alice --policy administrator'],
    run: async ({ client, given, output }) =>
      output.item(await client().createPrincipal({ name: given.text('name'), policies: given.list('policy') })),
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
