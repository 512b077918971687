import { everyItem, type KeysteadClient, type XksCredentials, type XksEndpoint } from '@keystead/sdk';
import type { CliCommand, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { requireWritable, writeOwn } from '../files.ts';
import type { Column } from '../output.ts';
import { wholeNumber } from './credential.ts';
import { all } from './list.ts';
import { keyInArn } from './place.ts';

const COLUMNS: readonly Column<XksEndpoint>[] = [
  ['ENDPOINT', ({ name }) => name],
  ['REGION', ({ region }) => region],
  ['PATH', ({ uriPath }) => uriPath],
  ['KEYS', ({ keys }) => keys.length],
  ['CREATED', ({ createdAt }) => createdAt],
];

const ENDPOINT_ARGUMENT = ['<endpoint>', 'its name or its id'] as const;
const FILE_OPTION = [
  '--configuration-file <file>',
  'also write path and credential to this new file, as the AWS console takes them',
] as const;

export const XKS_COMMANDS: readonly CliCommand[] = [
  {
    path: 'xks create',
    summary: 'Makes a place where an AWS KMS finds an external key store, and prints what to enter in the AWS console',
    reach: 'remote',
    arguments: [['<name>', 'what the endpoint is called: letters, digits, - and _']],
    requiredOptions: [['--region <name>', 'the region whose keys it can expose']],
    options: [['--path-prefix <path>', 'what comes before /kms/xks/v1 (the id of the endpoint)'], FILE_OPTION],
    examples: ['xks create production --region eu-central-1', 'xks create test --region us-east-1 --path-prefix /test'],
    run: async (session) => {
      const { client, given } = session;
      const pathPrefix = given.optional('path-prefix');
      requireFile(session);
      const made = await client().createXksEndpoint({
        name: given.text('name'),
        region: given.text('region'),
        ...(pathPrefix !== undefined && { pathPrefix }),
      });
      tell(session, made);
    },
  },
  {
    path: 'xks list',
    summary: 'Lists the endpoints of your tenant',
    reach: 'remote',
    examples: ['xks list'],
    run: async ({ client, output }) => {
      const api = client();
      output.rows(await all(everyItem((after) => api.listXksEndpoints({ after }))), COLUMNS, 'There is no endpoint.');
    },
  },
  {
    path: 'xks show',
    summary: 'Shows an endpoint with the keys that it exposes and their limits',
    reach: 'remote',
    arguments: [ENDPOINT_ARGUMENT],
    examples: ['xks show production'],
    run: async ({ client, given, output }) => output.item(await endpointOf(client(), given.text('endpoint'))),
  },
  {
    path: 'xks rotate-credential',
    summary: 'Gives an endpoint a new credential; the one before works until the next rotation',
    reach: 'remote',
    arguments: [ENDPOINT_ARGUMENT],
    options: [FILE_OPTION],
    examples: ['xks rotate-credential production'],
    run: async (session) => {
      requireFile(session);
      const api = session.client();
      const { endpointId } = await endpointOf(api, session.given.text('endpoint'));
      tell(session, await api.rotateXksEndpointCredential(endpointId));
    },
  },
  {
    path: 'xks expose',
    summary: 'Exposes a key at an endpoint, within limits',
    reach: 'remote',
    arguments: [ENDPOINT_ARGUMENT, ['<key>', 'id, alias/NAME or ARN of a symmetric key of its region']],
    options: [
      ['--xks-key-id <id>', 'how the AWS console names it: 1 to 128 of letters, digits, . _ - (the key id)'],
      ['--operation <operation...>', 'ENCRYPT, DECRYPT (both)'],
      ['--per-second <count>', 'most requests for this key in a second'],
      ['--aws-principal <pattern...>', 'who may be behind a request at AWS'],
      ['--aws-region <region...>', 'Regions of AWS that requests may come from'],
      ['--kms-key-arn <pattern...>', 'the KMS keys at AWS that it may be used for'],
    ],
    examples: [
      'xks expose production alias/payroll --xks-key-id payroll',
      'xks expose production 1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01 --aws-region eu-central-1 --per-second 500',
    ],
    run: async ({ client, given, output }) => {
      const api = client();
      const { endpointId, region } = await endpointOf(api, given.text('endpoint'));
      const xksKeyId = given.optional('xks-key-id');
      const perSecond = given.optional('per-second');
      const lists = {
        // The server knows which operations there are, and says so.
        operations: given.list('operation') as ('ENCRYPT' | 'DECRYPT')[],
        awsPrincipals: [...given.list('aws-principal')],
        awsRegions: [...given.list('aws-region')],
        kmsKeyArns: [...given.list('kms-key-arn')],
      };
      const shown = await api.exposeXksKey(endpointId, {
        keyId: await keyIdOf(api, region, given.text('key')),
        ...(xksKeyId !== undefined && { xksKeyId }),
        ...(perSecond !== undefined && { perSecond: wholeNumber('--per-second', perSecond) }),
        ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      });
      output.item(shown);
    },
  },
  {
    path: 'xks hide',
    summary: 'Hides a key again: every request for it that starts after the answer is refused',
    reach: 'remote',
    arguments: [ENDPOINT_ARGUMENT, ['<xks-key-id>', 'how the AWS console names the key']],
    examples: ['xks hide production payroll'],
    run: async ({ client, given, output }) => {
      const api = client();
      const { endpointId } = await endpointOf(api, given.text('endpoint'));
      output.item(await api.hideXksKey(endpointId, { xksKeyId: given.text('xks-key-id') }));
    },
  },
  {
    path: 'xks delete',
    summary: 'Takes an endpoint away with its credentials. Its keys stay; AWS KMS can use them no more',
    reach: 'remote',
    arguments: [ENDPOINT_ARGUMENT],
    examples: ['xks delete test'],
    run: async ({ client, given, output }) => {
      const api = client();
      output.item(await api.deleteXksEndpoint((await endpointOf(api, given.text('endpoint'))).endpointId));
    },
  },
];

/** Before there is a credential that could not be written. @throws {CliError} */
function requireFile({ given }: Session): void {
  const file = given.optional('configuration-file');
  if (file !== undefined) requireWritable(file);
}

/** Prints exactly what the AWS console asks for, in its words. */
function tell({ output, given }: Session, { endpoint, accessKeyId, rawSecretAccessKey }: XksCredentials): void {
  const { name, uriEndpoint, uriPath } = endpoint;
  output.item({
    endpoint: name,
    'proxy URI endpoint': uriEndpoint,
    'proxy URI path': uriPath,
    'proxy credential: access key ID': accessKeyId,
    'proxy credential: secret access key': rawSecretAccessKey,
    'external key IDs': endpoint.keys.map(({ xksKeyId }) => xksKeyId),
  });
  output.note(
    '\nEnter this in the AWS console (KMS, External key stores). The secret access key is shown here and never again.',
  );
  if (uriEndpoint === undefined) {
    output.note(
      'The proxy URI endpoint is the https:// address by which AWS reaches this server. Set KEYSTEAD_XKS_LISTEN and KEYSTEAD_XKS_URL there, so that it listens and the address is shown.',
    );
  }
  const file = given.optional('configuration-file');
  if (file === undefined) return;
  const configuration = {
    XksProxyUriPath: uriPath,
    XksProxyAuthenticationCredential: { AccessKeyId: accessKeyId, RawSecretAccessKey: rawSecretAccessKey },
  };
  // Last: where the file cannot be written, the credential was shown all the same.
  writeOwn(file, `${JSON.stringify(configuration, undefined, 2)}\n`);
}

/** Of a key of the endpoint's region, by id, alias or ARN. @throws {CliError} */
async function keyIdOf(api: KeysteadClient, region: string, text: string): Promise<string> {
  const named = keyInArn(text);
  if (named !== undefined && named.region !== region)
    throw new CliError('failed', 'key-not-found', `the key ${text} is not in ${region}`, 'An endpoint has one region.');
  const name = named?.key ?? text;
  return name.startsWith('alias/') ? (await api.getKey(region, name)).keyId : name;
}

/** @throws {CliError} */
async function endpointOf(api: KeysteadClient, nameOrId: string): Promise<XksEndpoint> {
  const endpoints = await all(everyItem((after) => api.listXksEndpoints({ after })));
  const found = endpoints.find(({ name, endpointId }) => name === nameOrId || endpointId === nameOrId);
  if (found !== undefined) return found;
  throw new CliError(
    'failed',
    'xks-endpoint-not-found',
    `your tenant has no endpoint "${nameOrId}"`,
    'Run "keystead xks list" to see those that there are.',
  );
}
