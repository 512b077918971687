import { everyItem, type IdentityProvider, type KeysteadClient } from '@keystead/sdk';
import type { CliCommand, Given, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';
import { principalIdOf } from './principal.ts';

type Terms = Omit<
  Parameters<KeysteadClient['createIdentityProvider']>[0],
  'name' | 'issuer' | 'clientId' | 'clientSecret'
>;

const COLUMNS: readonly Column<IdentityProvider>[] = [
  ['PROVIDER', ({ providerId }) => providerId],
  ['NAME', ({ name }) => name],
  ['ISSUER', ({ issuer }) => issuer],
  ['USERS BY', ({ userClaim }) => userClaim],
  [
    'NEWCOMERS',
    ({ allowNewcomers, newcomerPolicies }) => (allowNewcomers ? newcomerPolicies.join(', ') || 'yes' : 'no'),
  ],
  ['STATE', ({ state }) => state],
];

const PROVIDER: readonly Row[] = [['<provider>', 'its id, or its name where no other has it']];
const TERMS: readonly Row[] = [
  ['--scopes <list>', 'scopes that are asked for, separated by commas (openid,email,profile)'],
  [
    '--user-claim <claim>',
    'what is compared with the name of an invited user: email, preferred_username or sub (email)',
  ],
  ['--domains <list>', 'mail domains whose people are let in, separated by commas; "" for any'],
  [
    '--newcomers <roles>',
    'makes a user of whoever signs in for the first time, with these roles; "" for none, "no" to stop',
  ],
  ['--multi-factor <yes|no>', 'whether the provider must say that it asked for more than a password (no)'],
  ['--for-operators <yes|no>', 'whether operators may sign in by it; takes an operator to say so (no)'],
];
/** A secret never stands on the command line, where every user of the machine reads it. */
const SECRET_VARIABLE = 'KEYSTEAD_OIDC_CLIENT_SECRET';
const SECRET: readonly Row[] = [[SECRET_VARIABLE, 'the client secret that the provider gave']];
const PUBLIC: Row = ['--public-client', 'the client has no secret: it proves itself by PKCE alone'];

export const IDENTITY_PROVIDER_COMMANDS: readonly CliCommand[] = [
  {
    path: 'identity-provider callback',
    summary: 'Shows the callback URL to register at an OpenID provider, before it is made here',
    reach: 'remote',
    arguments: [['<issuer>', 'the provider as it calls itself, to the letter']],
    examples: ['identity-provider callback https://login.example.com'],
    run: async ({ client, given, output }) =>
      output.item(await client().getIdentityProviderCallback({ issuer: given.text('issuer') })),
  },
  {
    path: 'identity-provider create',
    summary: 'Has people of your tenant sign in by an OpenID provider, and shows the callback URL to register there',
    reach: 'remote',
    arguments: [['<name>', 'what the button says']],
    requiredOptions: [
      ['--issuer <url>', 'the provider as it calls itself, to the letter'],
      ['--client-id <id>', 'what the provider calls this server'],
    ],
    options: [PUBLIC, ...TERMS],
    settings: SECRET,
    examples: [
      'identity-provider create "Example Corp" --issuer https://login.example.com --client-id keystead --domains example.com',
    ],
    run: async ({ client, given, host, output }) => {
      const clientSecret = given.flag('public-client') ? undefined : secretFrom(host.env);
      output.item(
        await client().createIdentityProvider({
          name: given.text('name'),
          issuer: given.text('issuer'),
          clientId: given.text('client-id'),
          ...(clientSecret !== undefined && { clientSecret }),
          ...termsFrom(given),
        }),
      );
    },
  },
  {
    path: 'identity-provider list',
    summary: 'Lists the OpenID providers by which people of your tenant sign in',
    reach: 'remote',
    examples: ['identity-provider list'],
    run: async ({ client, output }) => {
      const api = client();
      const rows = await all(everyItem((after) => api.listIdentityProviders({ after })));
      output.rows(rows, COLUMNS, 'There is no identity provider.');
    },
  },
  onProvider('show', 'Shows an identity provider, without its client secret', (api, id) => api.getIdentityProvider(id)),
  {
    path: 'identity-provider update',
    summary: 'Changes an identity provider; what is not named stays. Another issuer or client needs the secret again',
    reach: 'remote',
    arguments: PROVIDER,
    options: [
      ['--name <text>', 'what the button says'],
      ['--issuer <url>', 'the provider as it calls itself, to the letter'],
      ['--client-id <id>', 'what the provider calls this server'],
      ['--renew', `takes another client secret, from ${SECRET_VARIABLE}`],
      PUBLIC,
      ['--own-callback', 'browsers come back to the address of this issuer alone: register it there first'],
      ...TERMS,
    ],
    settings: SECRET,
    examples: [
      'identity-provider update "Example Corp" --renew',
      'identity-provider update "Example Corp" --newcomers no',
    ],
    run: async ({ client, given, host, output }) => {
      const api = client();
      const clientSecret = given.flag('renew') ? secretFrom(host.env) : undefined;
      const [name, issuer, clientId] = [given.optional('name'), given.optional('issuer'), given.optional('client-id')];
      output.item(
        await api.updateIdentityProvider(await providerIdOf(api, given.text('provider')), {
          ...(name !== undefined && { name }),
          ...(issuer !== undefined && { issuer }),
          ...(clientId !== undefined && { clientId }),
          ...(clientSecret !== undefined && { clientSecret }),
          ...(given.flag('public-client') && { removeClientSecret: true }),
          ...(given.flag('own-callback') && { ownCallback: true }),
          ...termsFrom(given),
        }),
      );
    },
  },
  {
    path: 'identity-provider test',
    summary: 'Asks an identity provider for what it publishes, and whether it knows this client and its secret',
    reach: 'remote',
    arguments: PROVIDER,
    examples: ['identity-provider test "Example Corp"'],
    run: async ({ client, given, output }) => {
      const api = client();
      const tested = await api.testIdentityProvider(await providerIdOf(api, given.text('provider')));
      output.item(tested);
      return tested.works ? 'ok' : 'failed';
    },
  },
  onProvider('suspend', 'Lets nobody sign in by an identity provider any more', (api, id) =>
    api.suspendIdentityProvider(id),
  ),
  onProvider('resume', 'Lets people sign in by an identity provider again', (api, id) =>
    api.resumeIdentityProvider(id),
  ),
  onProvider('delete', 'Forgets an identity provider and its client secret', (api, id) =>
    api.deleteIdentityProvider(id),
  ),
  {
    path: 'identity-provider unlink',
    summary: 'Takes the link between a user and an identity provider away, and ends all sessions of the user',
    reach: 'remote',
    arguments: [...PROVIDER, ['<principal>', 'the name of the user']],
    examples: ['identity-provider unlink "Example Corp" anna@example.com'],
    run: async ({ client, given, output }) => {
      const api = client();
      const providerId = await providerIdOf(api, given.text('provider'));
      output.item(await api.unlinkPrincipalIdentity(await principalIdOf(api, given.text('principal')), providerId));
    },
  },
];

function onProvider(
  verb: string,
  summary: string,
  run: (api: KeysteadClient, providerId: string) => Promise<object>,
): CliCommand {
  return {
    path: `identity-provider ${verb}`,
    summary,
    reach: 'remote',
    arguments: PROVIDER,
    examples: [`identity-provider ${verb} "Example Corp"`],
    run: async ({ client, given, output }) => {
      const api = client();
      output.item(await run(api, await providerIdOf(api, given.text('provider'))));
    },
  };
}

/** @throws {CliError} there is none of that name, or more than one */
async function providerIdOf(api: KeysteadClient, text: string): Promise<string> {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  const found = (await all(everyItem((after) => api.listIdentityProviders({ after })))).filter(
    ({ name }) => name === text,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.providerId;
  throw new CliError(
    'usage',
    'identity-provider-not-found',
    only === undefined ? `your tenant has no identity provider named ${text}` : `several are named ${text}`,
    'List the identity providers, and name it by its id.',
  );
}

function termsFrom(given: Given): Terms {
  const [scopes, userClaim, domains] = [
    given.optional('scopes'),
    given.optional('user-claim'),
    given.optional('domains'),
  ];
  const [newcomers, multiFactor] = [given.optional('newcomers'), given.optional('multi-factor')];
  const forOperators = given.optional('for-operators');
  return {
    ...(scopes !== undefined && { scopes: listed(scopes) }),
    // The server knows which claims there are, and says so.
    ...(userClaim !== undefined && { userClaim: userClaim as 'email' }),
    ...(domains !== undefined && { emailDomains: listed(domains) }),
    ...(newcomers === 'no' && { allowNewcomers: false, newcomerPolicies: [] }),
    ...(newcomers !== undefined && newcomers !== 'no' && { allowNewcomers: true, newcomerPolicies: listed(newcomers) }),
    ...(multiFactor !== undefined && { requireMultiFactor: isYes('multi-factor', multiFactor) }),
    ...(forOperators !== undefined && { forOperators: isYes('for-operators', forOperators) }),
  };
}

/** @throws {CliError} the variable is not set */
function secretFrom(env: Readonly<Record<string, string | undefined>>): string {
  const secret = env[SECRET_VARIABLE];
  if (secret !== undefined && secret !== '') return secret;
  throw new CliError(
    'usage',
    'usage',
    `there is no client secret: ${SECRET_VARIABLE} is not set`,
    `Set ${SECRET_VARIABLE} to the secret that the provider gave, or give --public-client.`,
  );
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function isYes(name: string, text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new CliError('usage', 'usage', `--${name} takes yes or no`, `Give --${name} yes, or --${name} no.`);
}
