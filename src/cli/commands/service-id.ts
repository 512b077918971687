import { everyItem, type KeysteadClient, type Principal } from '@keystead/sdk';
import type { CliCommand, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';

const COLUMNS: readonly Column<Principal>[] = [
  ['IAM ID', ({ iamId }) => iamId],
  ['NAME', ({ name }) => name],
  ['POLICIES', ({ policies }) => policies.join(', ')],
  ['KEY ROLES', ({ keyRoles }) => keyRoles.map(({ roles }) => roles.join(', ')).join('; ')],
  ['STATE', ({ state }) => state],
  ['CREATED', ({ createdAt }) => createdAt],
];

const SERVICE_ID: readonly Row[] = [['<service-id>', 'its name, or its IAM id']];

/** A command on one service id, which shows what became of it. */
function change(
  verb: string,
  summary: string,
  run: (client: KeysteadClient, principalId: string) => Promise<Principal>,
): CliCommand {
  return {
    path: `service-id ${verb}`,
    summary,
    reach: 'remote',
    arguments: SERVICE_ID,
    examples: [`service-id ${verb} payments-app`],
    run: async ({ client, given, output }) => {
      const api = client();
      output.item(await run(api, (await serviceIdOf(api, given.text('service-id'))).principalId));
    },
  };
}

/** Programs: principals that the wire of IBM Key Protect calls service ids. A person is none of them. */
export const SERVICE_ID_COMMANDS: readonly CliCommand[] = [
  {
    path: 'service-id create',
    summary: 'Makes a service id: a program that may ask, without an API key yet',
    reach: 'remote',
    arguments: [['<name>', 'letters, digits and + = , . @ _ -']],
    options: [['--policy <name...>', 'policies of your tenant; roles of IBM Key Protect come by "key-role assign"']],
    examples: ['service-id create payments-app', 'service-id create nightly --policy user'],
    run: async ({ client, given, output }) => {
      const name = given.text('name');
      output.item(await client().createPrincipal({ name, policies: given.list('policy'), serviceId: true }));
      output.note(`\nIts API key: keystead credential create ${name} --type api-key`);
      output.note(`Its roles:   keystead key-role assign Writer --principal ${name} --region REGION`);
    },
  },
  {
    path: 'service-id list',
    summary: 'Lists the service ids of your tenant, with what they may',
    reach: 'remote',
    examples: ['service-id list'],
    run: async ({ client, output }) => {
      output.rows(await serviceIds(client()), COLUMNS, 'There is no service id.');
    },
  },
  change('show', 'Shows a service id with its policies, its roles over keys and its tags', (client, id) =>
    client.getPrincipal(id),
  ),
  change(
    'suspend',
    'Switches a service id off: every request of it that starts after the answer is refused, also by tokens',
    (client, id) => client.suspendPrincipal(id),
  ),
  change('resume', 'Switches a service id on again', (client, id) => client.resumePrincipal(id)),
  change(
    'delete',
    'Deletes a service id for good, with its API keys and roles. Its name is never given again',
    (client, id) => client.deletePrincipal(id),
  ),
];

async function serviceIds(api: KeysteadClient): Promise<readonly Principal[]> {
  const found = await all(everyItem((after) => api.listPrincipals({ after })));
  return found.filter(({ serviceId }) => serviceId);
}

/** @throws {CliError} there is none, or a person has that name: who means a program does not switch off a person */
async function serviceIdOf(api: KeysteadClient, nameOrId: string): Promise<Principal> {
  const isIamId = nameOrId.startsWith('iam-ServiceId-');
  const found = isIamId
    ? (await serviceIds(api)).find(({ iamId }) => iamId === nameOrId)
    : (await api.listPrincipals({ name: nameOrId })).items[0];
  if (found?.serviceId === true) return found;
  throw new CliError(
    'failed',
    'service-id-not-found',
    found === undefined ? `your tenant has no service id ${nameOrId}` : `${nameOrId} is a user, and no service id`,
    `Run "keystead service-id list" to see those that there are${found === undefined ? '' : '; "keystead principal" is for users'}.`,
  );
}
