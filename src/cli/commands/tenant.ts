import { everyItem, type Region, type Tenant } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';

const TENANT_COLUMNS: readonly Column<Tenant>[] = [
  ['TENANT', ({ tenantId }) => tenantId],
  ['ACCOUNT', ({ accountId }) => accountId],
  ['NAME', ({ name }) => name],
  ['CREATED', ({ createdAt }) => createdAt],
];

const REGION_COLUMNS: readonly Column<Region>[] = [
  ['REGION', ({ region }) => region],
  ['ACCOUNT', ({ accountId }) => accountId],
  ['INSTANCE', ({ instanceId }) => instanceId],
  ['CREATED', ({ createdAt }) => createdAt],
];

export const TENANT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'tenant create',
    summary: 'Makes a tenant with its first region and its first administrator, whose credentials are shown once',
    reach: 'remote',
    arguments: [['<name>', 'what the tenant is called']],
    requiredOptions: [['--region <name>', 'its first region, like us-east-1']],
    options: [['--administrator <name>', 'what its first administrator is called (administrator)']],
    examples: ['tenant create "Example Ltd" --region eu-central-1', 'tenant create example --region us-east-1 --json'],
    run: async ({ client, given, output }) => {
      const administrator = given.optional('administrator');
      const made = await client().createTenant({
        name: given.text('name'),
        region: given.text('region'),
        ...(administrator !== undefined && { administrator }),
      });
      output.item(made);
      output.note('\nThe secret access key and the API key are shown here and never again.');
    },
  },
  {
    path: 'tenant list',
    summary: 'Lists the tenants of the installation',
    reach: 'remote',
    examples: ['tenant list', 'tenant list --json'],
    run: async ({ client, output }) => {
      const api = client();
      output.rows(await all(everyItem((after) => api.listTenants({ after }))), TENANT_COLUMNS, 'There is no tenant.');
    },
  },
  {
    path: 'tenant region add',
    summary: 'Opens a region for your tenant, or as an operator for any: from then on keys may live there',
    reach: 'remote',
    arguments: [['<region>', 'like eu-west-1']],
    options: [['--tenant <id>', 'another tenant than your own']],
    examples: [
      'tenant region add eu-west-1',
      'tenant region add eu-west-1 --tenant 5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11',
    ],
    run: async ({ client, given, output }) => {
      const tenant = given.optional('tenant');
      const body = { region: given.text('region') };
      output.item(await (tenant === undefined ? client().addRegion(body) : client().addTenantRegion(tenant, body)));
    },
  },
  {
    path: 'tenant region list',
    summary: 'Lists the regions of your tenant',
    reach: 'remote',
    examples: ['tenant region list'],
    run: async ({ client, output }) => {
      const api = client();
      output.rows(await all(everyItem((after) => api.listRegions({ after }))), REGION_COLUMNS, 'There is no region.');
    },
  },
];
