import type { TokenSigningKey } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';

const COLUMNS: readonly Column<TokenSigningKey>[] = [
  ['KEY', ({ keyId }) => keyId],
  ['STATE', ({ state }) => state],
  ['SIGNS FROM', ({ signsFrom }) => signsFrom],
  ['CREATED', ({ createdAt }) => createdAt],
];
const NONE = 'There is no key: the first one is made when a token is asked for.';

export const TOKEN_KEY_COMMANDS: readonly CliCommand[] = [
  {
    path: 'token-key list',
    summary: 'As an operator, lists the keys that sign bearer tokens of the IBM Key Protect API',
    reach: 'remote',
    examples: ['token-key list'],
    run: async ({ client, output }) => output.rows((await client().listTokenSigningKeys()).items, COLUMNS, NONE),
  },
  {
    path: 'token-key rotate',
    summary: 'As an operator, has another key sign from now on; tokens of the one before count until they end',
    reach: 'remote',
    examples: ['token-key rotate'],
    run: async ({ client, output }) => output.rows((await client().rotateTokenSigningKey()).items, COLUMNS, NONE),
  },
  {
    path: 'token-key revoke',
    summary: 'As an operator, takes a key away: tokens that it signed are refused from the answer on',
    reach: 'remote',
    arguments: [['<key>', 'its id, which tokens bear as kid']],
    examples: ['token-key revoke 8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10'],
    run: async ({ client, given, output }) =>
      output.rows((await client().revokeTokenSigningKey(given.text('key'))).items, COLUMNS, NONE),
  },
];
