import { everyItem, KeysteadError, type Credential, type KeysteadClient } from '@keystead/sdk';
import type { CliCommand, Given } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';
import { principalIdOf } from './principal.ts';

const columns = (nameOf: ReadonlyMap<string, string>): readonly Column<Credential>[] => [
  ['CREDENTIAL', ({ credentialId }) => credentialId],
  ['TYPE', ({ type }) => type],
  ['OF', ({ holder }) => holder],
  ['NAME', ({ holder, principalId }) => nameOf.get(principalId) ?? (holder === 'root' ? '' : principalId)],
  ['SESSION', ({ sessionName }) => sessionName],
  ['STATE', ({ state }) => state],
  ['CREATED', ({ createdAt }) => createdAt],
  ['EXPIRES', ({ expiresAt }) => expiresAt],
  ['LAST USED', ({ lastUsedAt }) => lastUsedAt],
  ['FROM', ({ lastUsedFrom, lastUsedBy }) => lastUsedFrom && `${lastUsedFrom} (${lastUsedBy ?? ''})`],
  ['SCOPES', ({ scopes }) => scopes?.join(' ')],
  ['WITHHELD', ({ withheld }) => withheld?.join(' ')],
  ['FOR', ({ description }) => description],
];

const ROOT_WARNING =
  'This access key is the account itself: no policy of a user bounds it. Keep it apart, and delete it when it has served.';

export const CREDENTIAL_COMMANDS: readonly CliCommand[] = [
  {
    path: 'credential create',
    summary: 'Issues a credential for a principal; its secrets are shown once',
    reach: 'remote',
    arguments: [['[principal]', 'the name of the principal']],
    options: [
      ['--root', 'an access key of the account itself, for what no user may'],
      ['--type <type>', 'access-key (for the AWS KMS API), session (the same, ends by itself) or api-key (access-key)'],
      ['--lifetime <seconds>', 'how long a session lasts, 900 to 129600'],
      ['--expires <time>', 'when an access key or an API key ends by itself, like 2027-01-31T00:00:00Z'],
      ['--scope <policy...>', 'bounds it: it may do what its principal may and one of these policies allows'],
      ['--description <text>', 'what it is for'],
    ],
    examples: [
      'credential create backup-host',
      'credential create backup-host --type session --lifetime 3600 --json',
      'credential create alice --type api-key --expires 2027-01-31T00:00:00Z --description "dashboard" --scope auditor',
      'credential create --root',
    ],
    run: async ({ client, given, output }) => {
      const api = client();
      const principal = given.optional('principal');
      if (given.flag('root') === (principal !== undefined))
        throw new CliError('usage', 'usage', 'a credential is for one principal', 'Name it, or give --root.');
      if (principal === undefined) {
        output.item(await api.createRootCredential());
        output.note('\nThe secrets are shown here and never again.');
        output.warn(ROOT_WARNING);
        return;
      }
      const [lifetime, expiresAt] = [given.optional('lifetime'), given.optional('expires')];
      const [description, scopes] = [given.optional('description'), given.list('scope')];
      const body = {
        // The server knows which types there are, and says so.
        type: (given.optional('type') ?? 'access-key') as Credential['type'],
        ...(lifetime !== undefined && { lifetimeSeconds: wholeNumber('--lifetime', lifetime) }),
        ...(expiresAt !== undefined && { expiresAt }),
        ...(description !== undefined && { description }),
        ...(scopes.length > 0 && { scopes }),
      };
      output.item(await api.createCredential(await principalIdOf(api, principal), body));
      output.note('\nThe secrets are shown here and never again.');
    },
  },
  {
    path: 'credential list',
    summary: 'Lists the credentials of your tenant, without their secrets',
    reach: 'remote',
    options: [
      ['--principal <name>', 'of this principal alone'],
      ['--type <type>', 'access-key, session or api-key'],
      ['--state <state>', 'active, suspended or inactive'],
      ['--unused-since <time>', 'that proved no request since then, like 2026-08-01T00:00:00Z'],
      ['--expiring-before <time>', 'that end by themselves before then'],
    ],
    examples: [
      'credential list',
      'credential list --state active --unused-since 2026-08-01T00:00:00Z',
      'credential list --type api-key --expiring-before 2026-12-31T00:00:00Z',
    ],
    run: async ({ client, given, output }) => {
      const api = client();
      const holder = given.optional('principal');
      const query = {
        ...(holder !== undefined && { principal: await principalIdOf(api, holder) }),
        ...filtersOf(given),
      };
      const credentials = await all(everyItem((after) => api.listCredentials({ ...query, after })));
      // A program has the ids.
      const nameOf = output.isJson ? new Map<string, string>() : await namesOfHolders(api);
      output.rows(credentials, columns(nameOf), 'There is no credential.');
    },
  },
  {
    path: 'credential suspend',
    summary: 'Takes a credential back: every request that starts after the answer is refused',
    reach: 'remote',
    arguments: [['<credential>', 'its id: an access key id, or the id of an API key']],
    examples: ['credential suspend KSIAABCDEFGHIJKLMNOP'],
    run: async ({ client, given, output }) => output.item(await client().suspendCredential(given.text('credential'))),
  },
  {
    path: 'credential delete',
    summary: 'Takes a credential back and forgets it',
    reach: 'remote',
    arguments: [['<credential>', 'its id: an access key id, or the id of an API key']],
    examples: ['credential delete KSIAABCDEFGHIJKLMNOP'],
    run: async ({ client, given, output }) => output.item(await client().deleteCredential(given.text('credential'))),
  },
];

/** What the server knows the values of, and says so. */
function filtersOf(given: Given) {
  const [type, state] = [given.optional('type'), given.optional('state')];
  const [unusedSince, expiringBefore] = [given.optional('unused-since'), given.optional('expiring-before')];
  return {
    ...(type !== undefined && { type: type as Credential['type'] }),
    ...(state !== undefined && { state: state as Credential['state'] }),
    ...(unusedSince !== undefined && { unusedSince }),
    ...(expiringBefore !== undefined && { expiringBefore }),
  };
}

/** Whoever may list credentials and no users sees ids. */
async function ifAllowed<Item>(items: Promise<Item[]>): Promise<Item[]> {
  return items.catch((error: unknown) => {
    if (error instanceof KeysteadError && error.status === 403) return [];
    throw error;
  });
}

async function namesOfHolders(api: KeysteadClient): Promise<ReadonlyMap<string, string>> {
  const [users, roles] = await Promise.all([
    ifAllowed(all(everyItem((after) => api.listPrincipals({ after })))),
    ifAllowed(all(everyItem((after) => api.listRoles({ after })))),
  ]);
  return new Map([
    ...users.map(({ principalId, name }) => [principalId, name] as const),
    ...roles.map(({ roleId, name }) => [roleId, name] as const),
  ]);
}

/** @throws {CliError} */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError('usage', 'usage', `${option} takes a whole number, not "${text}"`, 'Write it in digits.');
}
