import type { KeysteadClient, Service } from '@keystead/sdk';
import type { CliCommand, Row } from '../command.ts';
import type { Column } from '../output.ts';

const COLUMNS: readonly Column<Service>[] = [
  ['SERVICE', ({ name }) => name],
  ['STATE', ({ state }) => state],
  ['TENANT', ({ tenantId }) => tenantId],
  ['CREATED', ({ createdAt }) => createdAt],
  ['EVENTS', ({ eventsUrl }) => eventsUrl ?? ''],
];

const SERVICE: readonly Row[] = [['<service>', 'its name, like backup.example.com']];

/** A command on one service. */
function change(
  verb: string,
  summary: string,
  run: (client: KeysteadClient, service: string) => Promise<object>,
): CliCommand {
  return {
    path: `service ${verb}`,
    summary,
    reach: 'remote',
    arguments: SERVICE,
    examples: [`service ${verb} backup.example.com`],
    run: async ({ client, given, output }) => output.item(await run(client(), given.text('service'))),
  };
}

export const SERVICE_COMMANDS: readonly CliCommand[] = [
  change(
    'create',
    'As an operator, registers a program that acts for tenants where their policies or grants name it',
    (client, name) => client.createService({ name }),
  ),
  {
    path: 'service list',
    summary: 'As an operator, lists the services of the installation',
    reach: 'remote',
    examples: ['service list'],
    run: async ({ client, output }) =>
      output.rows((await client().listServices()).items, COLUMNS, 'There is no service.'),
  },
  {
    path: 'service credential',
    summary: 'As an operator, issues a credential of a service; its secret is shown once',
    reach: 'remote',
    arguments: SERVICE,
    options: [
      ['--type <type>', 'access-key (for the AWS KMS API) or api-key (for the IBM Key Protect API) (access-key)'],
      ['--expires <time>', 'when an API key ends, like 2027-01-31T00:00:00Z'],
    ],
    examples: ['service credential backup.example.com', 'service credential backup.example.com --type api-key'],
    run: async ({ client, given, output }) => {
      const [type, expiresAt] = [given.optional('type'), given.optional('expires')];
      output.item(
        await client().createServiceCredential(given.text('service'), {
          // The server knows which types there are, and says so.
          ...(type !== undefined && { type: type as 'access-key' | 'api-key' }),
          ...(expiresAt !== undefined && { expiresAt }),
        }),
      );
      output.note('\nThe secrets are shown here and never again.');
    },
  },
  {
    path: 'service events',
    summary:
      'As an operator, has a service told what becomes of the keys that it registered, by signed messages to an address',
    reach: 'remote',
    arguments: SERVICE,
    requiredOptions: [['--to <address>', 'https://..., or http:// of the machine that the server runs on']],
    options: [['--renew', 'makes another secret; for 24 hours the one before signs as well']],
    examples: [
      'service events backup.example.com --to https://backup.example.com/key-events',
      'service events backup.example.com --to https://backup.example.com/key-events --renew',
    ],
    run: async ({ client, given, output }) => {
      const newSecret = given.flag('renew');
      const told = await client().setServiceEvents(given.text('service'), { url: given.text('to'), newSecret });
      output.item(told);
      if (told.secret !== undefined) output.note('\nThe secret is shown here and never again.');
    },
  },
  change(
    'stop-events',
    'As an operator, has a service told no more what becomes of keys',
    async (client, service) => (await client.stopServiceEvents(service)).service,
  ),
  change('suspend', 'As an operator, switches a service off in every tenant', (client, service) =>
    client.suspendService(service),
  ),
  change('resume', 'As an operator, switches a service on again', (client, service) => client.resumeService(service)),
];
