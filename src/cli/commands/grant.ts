import { everyItem, type Grant } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { EXAMPLE_ID, KEY, REGION } from './key.ts';
import { all } from './list.ts';
import { keyPlaceOf, regionOf } from './place.ts';

const COLUMNS: readonly Column<Grant>[] = [
  ['GRANT', ({ grantId }) => grantId],
  ['GRANTEE', ({ grantee }) => grantee],
  ['OPERATIONS', ({ operations }) => operations.join(', ')],
  ['NAME', ({ name }) => name],
  ['CREATED', ({ createdAt }) => createdAt],
];

const GRANT: readonly Row[] = [['<grant>', 'its id']];
const EXAMPLE_GRANT = '0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60';
const EXAMPLE_USER = 'arn:aws:iam::111122223333:user/nightly-backup';

export const GRANT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'grant create',
    summary: 'Gives somebody rights on a key, until the grant is retired or revoked',
    reach: 'remote',
    arguments: KEY,
    requiredOptions: [
      ['--grantee <who>', 'who gets them: the ARN of a principal, the id of an account, or the name of a service'],
      ['--operation <name...>', 'what it may do: Encrypt, Decrypt, GenerateDataKey, Sign, DescribeKey, ...'],
    ],
    options: [
      ['--retiring <who>', 'who may take the grant away besides'],
      ['--context-equals <name=value...>', 'only with exactly this encryption context'],
      ['--context-subset <name=value...>', 'only with an encryption context that has all of these'],
      ['--source-arn <arn>', 'only on behalf of this resource; a service needs it'],
      ['--name <name>', 'the same command with the same name finds the grant that it made before'],
      ...REGION,
    ],
    examples: [
      `grant create ${EXAMPLE_ID} --grantee ${EXAMPLE_USER} --operation Encrypt Decrypt`,
      `grant create alias/backups --grantee 111122223333 --operation Decrypt --context-subset purpose=backup`,
    ],
    run: create,
  },
  {
    path: 'grant list',
    summary: 'Lists the grants of a key',
    reach: 'remote',
    arguments: KEY,
    options: [['--grantee <who>', 'only those that give rights to this principal, account or service'], ...REGION],
    examples: [`grant list ${EXAMPLE_ID}`, `grant list alias/backups --grantee ${EXAMPLE_USER}`],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const grantee = session.given.optional('grantee');
      const grants = await all(everyItem((after) => api.listGrants(region, key, { after, grantee })));
      session.output.rows(grants, COLUMNS, 'The key has no such grant.');
    },
  },
  {
    path: 'grant revoke',
    summary: 'Takes a grant away, by the word of whoever administers the key',
    reach: 'remote',
    arguments: [...KEY, ...GRANT],
    options: REGION,
    examples: [`grant revoke alias/backups ${EXAMPLE_GRANT}`],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      session.output.item(await api.revokeGrant(region, key, session.given.text('grant')));
    },
  },
  {
    path: 'grant retire',
    summary: 'Takes a grant away, by the word of whom the grant itself names, or of the account',
    reach: 'remote',
    arguments: GRANT,
    options: REGION,
    examples: [`grant retire ${EXAMPLE_GRANT}`],
    run: async (session) => {
      const api = session.client();
      session.output.item(await api.retireGrant(await regionOf(session, api), session.given.text('grant')));
    },
  },
];

async function create(session: Session): Promise<void> {
  const { given, output } = session;
  const api = session.client();
  const [equals, subset] = [pairs(given.list('context-equals')), pairs(given.list('context-subset'))];
  const sourceArn = given.optional('source-arn');
  const [retiring, name] = [given.optional('retiring'), given.optional('name')];
  const { region, key } = await keyPlaceOf(session, api);
  const grant = await api.createGrant(region, key, {
    grantee: given.text('grantee'),
    operations: given.list('operation') as Grant['operations'],
    ...(retiring !== undefined && { retiring }),
    ...(name !== undefined && { name }),
    constraints: {
      ...(equals.length > 0 && { encryptionContextEquals: equals }),
      ...(subset.length > 0 && { encryptionContextSubset: subset }),
      ...(sourceArn !== undefined && { sourceArn }),
    },
  });
  output.item(grant);
}

/** `name=value`; a value may hold further equals signs. @throws {CliError} */
function pairs(texts: readonly string[]): { readonly name: string; readonly value: string }[] {
  return texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return { name: text.slice(0, at), value: text.slice(at + 1) };
    throw new CliError('usage', 'pair-malformed', `"${text}" is not name=value`, 'Write the pair as name=value.');
  });
}
