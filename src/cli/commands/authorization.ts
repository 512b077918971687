import { everyItem, type Authorization, type KeysteadClient } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';
import { KEY_ROLE_SCOPE, scopeOf } from './key-role.ts';
import { all } from './list.ts';

type Wanted = Parameters<KeysteadClient['createAuthorization']>[0];

const COLUMNS: readonly Column<Authorization>[] = [
  ['AUTHORIZATION', ({ authorizationId }) => authorizationId],
  ['SERVICE', ({ service }) => service],
  ['ROLES', ({ roles }) => roles.join(', ')],
  ['REGION', ({ region }) => region ?? 'all'],
  ['RING', ({ keyRing }) => keyRing ?? ''],
  ['KEY', ({ keyId }) => keyId ?? ''],
];

export const AUTHORIZATION_COMMANDS: readonly CliCommand[] = [
  {
    path: 'authorization create',
    summary: 'Lets a service use keys of your tenant as roles of IBM Key Protect say, and register what they protect',
    reach: 'remote',
    arguments: [
      ['<service>', 'its name, like backup.example.com'],
      ['<key-role...>', 'Reader, ReaderPlus, Writer, Manager, KeyPurge'],
    ],
    options: KEY_ROLE_SCOPE,
    examples: [
      'authorization create backup.example.com Reader --region us-south',
      'authorization create backup.example.com Reader --region us-south --ring backups',
    ],
    run: async (session) => {
      const { client, given, output } = session;
      output.item(
        await client().createAuthorization({
          service: given.text('service'),
          // The server knows which roles there are, and says so.
          roles: given.list('key-role') as Wanted['roles'],
          ...scopeOf(session),
        }),
      );
    },
  },
  {
    path: 'authorization list',
    summary: 'Lists what your tenant has authorized services to',
    reach: 'remote',
    examples: ['authorization list'],
    run: async ({ client, output }) => {
      const api = client();
      const rows = await all(everyItem((after) => api.listAuthorizations({ after })));
      output.rows(rows, COLUMNS, 'There is no authorization.');
    },
  },
  {
    path: 'authorization delete',
    summary: 'Takes an authorization back: requests of the service that start after the answer go without it',
    reach: 'remote',
    arguments: [['<authorization>', 'its id']],
    examples: ['authorization delete 8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10'],
    run: async ({ client, given, output }) =>
      output.item(await client().deleteAuthorization(given.text('authorization'))),
  },
];
