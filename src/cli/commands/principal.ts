import { everyItem, type KeysteadClient, type Principal } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';

/** The roles of the server (its schema says so): a role that it does not know, it refuses by name. */
type Role = Principal['roles'][number];

const COLUMNS: readonly Column<Principal>[] = [
  ['PRINCIPAL', ({ principalId }) => principalId],
  ['NAME', ({ name }) => name],
  ['ROLES', ({ roles }) => roles.join(', ')],
  ['STATE', ({ state }) => state],
  ['CREATED', ({ createdAt }) => createdAt],
];

export const PRINCIPAL_COMMANDS: readonly CliCommand[] = [
  {
    path: 'principal create',
    summary: 'Makes a principal of your tenant, without a credential yet',
    reach: 'remote',
    arguments: [['<name>', 'letters, digits and + = , . @ _ -']],
    options: [['--role <role...>', 'administrator, user or operator; without one it may do what key policies allow']],
    examples: ['principal create backup-host --role user', 'principal create alice --role administrator'],
    run: async ({ client, given, output }) =>
      output.item(
        await client().createPrincipal({ name: given.text('name'), roles: given.list('role') as readonly Role[] }),
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
