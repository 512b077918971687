import { everyItem, type Agent, type KeysteadClient } from '@keystead/sdk';
import { agentStorePolicy } from '../../vault/agents/store-policy.ts';
import type { CliCommand, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import { requireWritable, writeOwn } from '../files.ts';
import type { Column } from '../output.ts';
import { wholeNumber } from './credential.ts';
import { all } from './list.ts';
import { ENVIRONMENT, findEnvironment } from './vault-environment.ts';

const AGENT: Row = ['<agent>', 'its name or id'];

const COLUMNS: readonly Column<Agent>[] = [
  ['AGENT', ({ agentId }) => agentId],
  ['NAME', ({ name }) => name],
  ['STATE', ({ state }) => state],
  ['FINGERPRINT', ({ writerId }) => writerId],
  ['LAST RUN', ({ lastRun }) => lastRun && `${lastRun.state} ${lastRun.endedAt}`],
];

export const VAULT_AGENT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault agent invite',
    summary: 'Invites a host to write backups into an environment, and shows the token that it enrols with once',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    requiredOptions: [['--name <name>', 'what the host is called here']],
    options: [
      ['--minutes <n>', 'for how long the invitation stands (60)'],
      ['--token-file <file>', 'write the token to a new file, mode 0600, and do not show it'],
    ],
    examples: [
      'vault agent invite production --name db-1',
      'vault agent invite production --name db-2 --minutes 10 --token-file db-2.token',
    ],
    run: async ({ client, given, output }) => {
      const [file, text] = [given.optional('token-file'), given.optional('minutes')];
      const minutes = text === undefined ? undefined : wholeNumber('--minutes', text);
      // Whoever is invited has one token, and it is not shown again.
      if (file !== undefined) requireWritable(file);
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const invitation = await api.inviteAgent(environmentId, {
        name: given.text('name'),
        ...(minutes !== undefined && { expiresInMinutes: minutes }),
      });
      if (file === undefined) output.item(invitation);
      else {
        writeOwn(file, invitation.token, {
          what: 'The agent was invited: let it go by "keystead vault agent revoke".',
        });
        output.item({ agent: invitation.agent, expiresAt: invitation.expiresAt });
      }
      output.note('On the host: keystead agent enroll --server URL --token-file FILE');
    },
  },
  {
    path: 'vault agent list',
    summary: 'Lists the agents of an environment',
    reach: 'remote',
    arguments: [ENVIRONMENT],
    examples: ['vault agent list production'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      output.rows(await agentsOf(api, environmentId), COLUMNS, 'There is no agent.');
    },
  },
  {
    path: 'vault agent show',
    summary: 'Shows an agent: its fingerprint, its newest snapshot, its last run',
    reach: 'remote',
    arguments: [ENVIRONMENT, AGENT],
    examples: ['vault agent show production db-1'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      output.item(await findAgent(api, environmentId, given.text('agent')));
    },
  },
  {
    path: 'vault agent policy',
    summary:
      'Prints the least that an agent needs of the bucket, to copy into a policy of its credentials or of the bucket',
    reach: 'remote',
    arguments: [ENVIRONMENT, AGENT],
    examples: ['vault agent policy production db-1'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId, storage } = await findEnvironment(api, given.text('environment'));
      const { writerId, name } = await findAgent(api, environmentId, given.text('agent'));
      const { bucketName: bucket, prefix = '', objectLock, type } = storage;
      if (writerId === undefined || bucket === undefined) {
        throw new CliError(
          'failed',
          'no-policy',
          writerId === undefined ? `the agent ${name} is not enrolled yet` : 'the environment has no bucket',
          'A policy names the bucket and the fingerprint of an enrolled agent.',
        );
      }
      const traits = { locked: objectLock !== undefined, aws: type === 'aws-s3' };
      const Statement = agentStorePolicy({ bucket, prefix, writerId, ...traits });
      output.item({ Version: '2012-10-17', Statement });
    },
  },
  {
    path: 'vault agent revoke',
    summary: 'Lets an agent go: its credentials end, and nothing that it writes from now on counts',
    reach: 'remote',
    arguments: [ENVIRONMENT, AGENT],
    options: [
      [
        '--through <number>',
        'the last of its snapshots that counts, 0: none; those after are taken away (all that are there now count)',
      ],
    ],
    examples: ['vault agent revoke production db-1', 'vault agent revoke production db-1 --through 17'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { environmentId } = await findEnvironment(api, given.text('environment'));
      const { agentId } = await findAgent(api, environmentId, given.text('agent'));
      const through = throughOf(given.optional('through'));
      output.item(await api.revokeAgent(environmentId, agentId, through === undefined ? {} : { through }));
    },
  },
];

/** @throws {CliError} */
function throughOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new CliError(
    'usage',
    'through-malformed',
    `"${text}" is no number of a snapshot`,
    'Give the digits behind the hyphen of a snapshot id, or 0.',
  );
}

async function agentsOf(api: KeysteadClient, environmentId: string): Promise<Agent[]> {
  return await all(everyItem((after) => api.listAgents(environmentId, { after })));
}

async function findAgent(api: KeysteadClient, environmentId: string, nameOrId: string): Promise<Agent> {
  const agents = await agentsOf(api, environmentId);
  const found =
    agents.find(({ agentId }) => agentId === nameOrId) ??
    agents.find(({ name, state }) => name === nameOrId && state !== 'revoked') ??
    agents.findLast(({ name }) => name === nameOrId);
  if (found) return found;
  throw new CliError(
    'failed',
    'agent-not-found',
    `the environment has no agent ${nameOrId}`,
    'List them by "keystead vault agent list".',
  );
}
