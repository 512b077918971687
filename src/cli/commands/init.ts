import type { Config } from '../../config/config.ts';
import type { CliCommand } from '../command.ts';
import type { Terminal } from '../host.ts';

/** What the first administrator is shown, once. */
interface FirstCredentials {
  readonly url: string;
  readonly region: string;
  readonly accountId: string;
  readonly instanceId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly apiKey: string;
  readonly signInLink: string;
}

export const initCommand: CliCommand = {
  path: 'init',
  summary: 'Makes an installation without serving it, and shows its first credentials, once',
  reach: 'data',
  options: [
    ['--region <name>', 'the region to make (KEYSTEAD_REGION; us-east-1)'],
    ['--listen <url>', 'where the server will listen (KEYSTEAD_LISTEN; http://localhost:8420)'],
    [
      '--new-credentials',
      'issue new credentials and a new sign-in link for the first administrator of an installation that is there',
    ],
  ],
  examples: ['init --json', 'init --data /var/lib/keystead --seal /etc/keystead/seal --region eu-central-1'],
  run: async ({ config: configOf, given, output, host }) => {
    const { initialise } = await import('../../server/initialise.ts');
    const config = configOf();
    const made = await initialise(config, { newCredentials: given.flag('new-credentials') });
    if (output.isJson) output.item(made);
    else showFirstCredentials(host.stdout, made, config);
  },
};

/** Shows them to a person, ready for a shell. Some AWS tools read one name of the region, some the other. */
export function showFirstCredentials(
  terminal: Terminal,
  shown: FirstCredentials,
  { sealFile, dataFolder }: Pick<Config, 'sealFile' | 'dataFolder'>,
): void {
  const { url, region, accountId, accessKeyId, secretAccessKey, apiKey, instanceId, signInLink } = shown;
  const lines = [
    '',
    `The first administrator of account ${accountId}. This is shown once and stored nowhere in clear:`,
    '',
    'Open the console and set up how you sign in, within a day. The link works once:',
    '',
    `  ${signInLink}`,
    '',
    'For programs:',
    '',
    `  export AWS_ENDPOINT_URL_KMS=${url} AWS_ENDPOINT_URL_STS=${url}`,
    `  export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    `  export AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `  export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    `  export KEYSTEAD_URL=${url}`,
    `  export KEYSTEAD_API_KEY=${apiKey}`,
    '',
    `Clients of IBM Key Protect take the same address and API key, for the instance ${instanceId}.`,
    '',
    `Keep a copy of the seal ${sealFile} in a safe, apart from the data in ${dataFolder}:`,
    'without the seal nobody can read the data.',
    '',
  ];
  terminal.write(`${lines.join('\n')}\n`);
}
