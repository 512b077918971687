import { everyItem, type Alert, type AlertChannel, type KeysteadClient } from '@keystead/sdk';
import { setTimeout as pause } from 'node:timers/promises';
import type { CliCommand, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';
import { findEnvironment } from './vault-environment.ts';

const CHANNEL: Row = ['<channel>', 'its label or id'];
const TEST_LOOKS = 30;
const LOOK_MS = 500;

const COLUMNS: readonly Column<AlertChannel>[] = [
  ['CHANNEL', ({ channelId }) => channelId],
  ['LABEL', ({ label }) => label],
  ['TO', ({ webhookUrl, emailRecipients = [] }) => webhookUrl ?? emailRecipients.join(' ')],
  ['ENVIRONMENTS', ({ environmentIds }) => (environmentIds ? String(environmentIds.length) : 'all')],
];

const ALERT_COLUMNS: readonly Column<Alert>[] = [
  ['AT', ({ at }) => at],
  ['KIND', ({ kind }) => kind],
  ['ENVIRONMENT', ({ environmentId }) => environmentId],
  ['RUN', ({ runId }) => runId],
  ['STATE', ({ state }) => state],
  ['FAILURE', ({ failure }) => failure],
];

export const VAULT_ALERT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault alert create',
    summary: 'Has somebody told of what becomes of backups, by webhook or by e-mail: counts and links, never data',
    reach: 'remote',
    arguments: [['<label>', 'what the channel is called']],
    options: [
      ['--webhook <url>', 'where to; its messages are signed (Standard Webhooks), the secret is shown once'],
      ['--email <address...>', 'whom to, by the mail server of the operator'],
      ['--kind <kind...>', 'what of, like run-failed (everything)'],
      ['--environment <name...>', 'of which environments (all)'],
    ],
    examples: [
      'vault alert create on-call --email oncall@example.com',
      'vault alert create pager --webhook https://pager.example.com/hook --kind key-unavailable backup-overdue',
    ],
    run: async ({ client, given, output }) => {
      const api = client();
      const [webhookUrl, email] = [given.optional('webhook'), given.list('email')];
      const names = given.list('environment');
      const environments = await Promise.all(names.map((name) => findEnvironment(api, name)));
      const kinds = given.list('kind') as NonNullable<Parameters<typeof api.createAlertChannel>[0]['kinds']>;
      const made = await api.createAlertChannel({
        label: given.text('label'),
        ...(webhookUrl !== undefined && { webhookUrl }),
        ...(email.length > 0 && { emailRecipients: [...email] }),
        ...(kinds.length > 0 && { kinds: [...kinds] }),
        ...(environments.length > 0 && { environmentIds: environments.map(({ environmentId }) => environmentId) }),
      });
      output.item(made);
      if (made.webhookSecret !== undefined) output.note('\nKeep the secret: it is shown this once.');
    },
  },
  {
    path: 'vault alert channels',
    summary: 'Lists whom your tenant has told',
    reach: 'remote',
    examples: ['vault alert channels'],
    run: async ({ client, output }) => {
      const api = client();
      const channels = await all(everyItem((after) => api.listAlertChannels({ after })));
      output.rows(channels, COLUMNS, 'Nobody is told. Have somebody told with "keystead vault alert create".');
    },
  },
  {
    path: 'vault alert delete',
    summary: 'Has nobody told by a channel any more',
    reach: 'remote',
    arguments: [CHANNEL],
    examples: ['vault alert delete on-call'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { channelId } = await findChannel(api, given.text('channel'));
      output.item(await api.deleteAlertChannel(channelId));
    },
  },
  {
    path: 'vault alert test',
    summary: 'Sends a test by a channel, and waits until it is taken or refused',
    reach: 'remote',
    arguments: [CHANNEL],
    examples: ['vault alert test on-call'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { channelId } = await findChannel(api, given.text('channel'));
      let alert = await api.testAlertChannel(channelId);
      for (let look = 0; look < TEST_LOOKS && alert.state === 'waiting' && alert.failure === undefined; look++) {
        await pause(LOOK_MS);
        alert = await api.getAlert(alert.alertId);
      }
      output.item(alert);
      return alert.state === 'delivered' ? 'ok' : 'failed';
    },
  },
  {
    path: 'vault alert list',
    summary: 'Lists the alerts of the last 30 days, and whether they arrived',
    reach: 'remote',
    examples: ['vault alert list', 'vault alert list --json'],
    run: async ({ client, output }) => {
      const api = client();
      output.rows(
        await all(everyItem((after) => api.listAlerts({ after }))),
        ALERT_COLUMNS,
        'There has been no alert.',
      );
    },
  },
];

/** By id or by label. @throws {CliError} */
async function findChannel(client: KeysteadClient, name: string): Promise<AlertChannel> {
  for await (const channel of everyItem((after) => client.listAlertChannels({ after }))) {
    if (channel.channelId === name || channel.label === name) return channel;
  }
  throw new CliError(
    'failed',
    'channel-not-found',
    `your tenant has no alert channel "${name}"`,
    '"keystead vault alert channels" lists them.',
  );
}
