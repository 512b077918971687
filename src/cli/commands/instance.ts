import { everyItem, type KeysteadClient, type Region } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';

const COLUMNS: readonly Column<Region>[] = [
  ['INSTANCE', ({ instanceId }) => instanceId],
  ['REGION', ({ region }) => region],
  ['ACCOUNT', ({ accountId }) => accountId],
  ['CREATED', ({ createdAt }) => createdAt],
];

/** What clients of either cloud are told to find the keys of an instance. */
function shownAt(url: string, { region, accountId, instanceId, instanceCrn, createdAt }: Region): object {
  const base = url.replace(/\/+$/, '');
  return {
    instanceId,
    instanceCrn,
    accountId,
    region,
    createdAt,
    keyProtect: { endpoint: base, apiEndpoint: `${base}/api/v2`, iamEndpoint: base },
    awsKms: { endpoint: base, region },
  };
}

async function regionOfInstance(client: KeysteadClient, named: string): Promise<string> {
  const regions = await all(everyItem((after) => client.listRegions({ after })));
  const found = regions.find(({ region, instanceId, instanceCrn }) =>
    [region, instanceId, instanceCrn].includes(named),
  );
  if (found) return found.region;
  throw new CliError(
    'failed',
    'instance-not-found',
    `your tenant has no instance ${named}`,
    'Run "keystead instance list" to see those that there are.',
  );
}

export const INSTANCE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'instance create',
    summary: 'Makes an instance in a region, the same as "tenant region add": from then on keys may live there',
    reach: 'remote',
    arguments: [['<region>', 'like eu-de or eu-west-1']],
    examples: ['instance create eu-de', 'instance create us-south --json'],
    run: async ({ client, given, output, url }) =>
      output.item(shownAt(url(), await client().addRegion({ region: given.text('region') }))),
  },
  {
    path: 'instance list',
    summary: 'Lists the instances of your tenant: one in each of its regions',
    reach: 'remote',
    examples: ['instance list', 'instance list --json'],
    run: async ({ client, output, url }) => {
      const api = client();
      const regions = await all(everyItem((after) => api.listRegions({ after })));
      if (output.isJson) for (const region of regions) output.item(shownAt(url(), region));
      else output.rows(regions, COLUMNS, 'There is no instance.');
    },
  },
  {
    path: 'instance delete',
    summary: 'Deletes an instance that holds no key any more, not even a deleted one, with its key rings and policies',
    reach: 'remote',
    arguments: [['<instance>', 'its id, its CRN or its region']],
    examples: ['instance delete eu-de', 'instance delete 5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11'],
    run: async ({ client, given, output }) => {
      const api = client();
      output.item(await api.deleteRegion(await regionOfInstance(api, given.text('instance'))));
    },
  },
];
