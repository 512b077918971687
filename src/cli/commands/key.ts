import { readFileSync } from 'node:fs';
import { everyItem, type Key, type KeysteadClient, type KeySummary } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { Column } from '../output.ts';
import { ownCheckValue } from '../own-check-value.ts';
import { wholeNumber } from './credential.ts';
import { all } from './list.ts';
import { keyPlaceOf, regionOf } from './place.ts';
import { tagOf } from './policy-file.ts';

const KEY_COLUMNS: readonly Column<KeySummary>[] = [
  ['KEY', ({ keyId }) => keyId],
  ['STATE', ({ state }) => state],
  ['SPEC', ({ spec }) => spec],
  ['USAGE', ({ usage }) => usage],
  ['ORIGIN', ({ origin }) => origin],
  ['NAME', ({ name }) => name],
  ['RING', ({ keyRing }) => keyRing],
  ['ALIASES', ({ aliases }) => aliases.join(', ')],
  ['DESCRIPTION', ({ description }) => shortened(description)],
];

const VERSION_COLUMNS: readonly Column<Key['versions'][number]>[] = [
  ['VERSION', ({ versionId }) => versionId],
  ['STAGE', ({ stage }) => stage],
  ['MATERIAL', ({ hasMaterial }) => (hasMaterial ? 'present' : 'absent')],
  ['CHECK VALUE', ({ checkValue }) => checkValue],
  ['CREATED', ({ createdAt }) => createdAt],
];

export const REGION: readonly Row[] = [
  ['--region <name>', 'where the key lives (that of its ARN; KEYSTEAD_REGION; the only region)'],
];
export const KEY: readonly Row[] = [['<key>', 'its id, alias/NAME, or the ARN of either']];
export const EXAMPLE_ID = '1c9a3b52-0f4e-4d59-8d1c-6a7e5b2f9e01';

/** A command that changes one key and shows what became of it. */
function change(
  verb: string,
  summary: string,
  run: (client: KeysteadClient, region: string, key: string, session: Session) => Promise<Key>,
  more: Pick<CliCommand, 'options'> = {},
): CliCommand {
  return {
    path: `key ${verb}`,
    summary,
    reach: 'remote',
    arguments: KEY,
    options: [...(more.options ?? []), ...REGION],
    examples: [`key ${verb} ${EXAMPLE_ID}`, `key ${verb} alias/backups --region us-east-1`],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      show(session, await run(api, region, key, session));
    },
  };
}

export const KEY_COMMANDS: readonly CliCommand[] = [
  {
    path: 'key create',
    summary: 'Makes a key',
    reach: 'remote',
    options: [
      [
        '--spec <name>',
        'aes-256, rsa-2048, ec-p256, ed25519, hmac-256, ml-dsa-65, ml-kem-768, ... or as AWS calls it (aes-256)',
      ],
      ['--usage <name>', 'encrypt-decrypt, sign-verify, key-agreement, ...: needed where the spec has more than one'],
      ['--imported', 'waits for your material in place of having its own'],
      ['--multi-region', 'may get replicas in other regions'],
      ['--description <text>', 'for people'],
      ['--tag <key=value...>', 'tags of the key'],
      ...REGION,
    ],
    examples: ['key create --description backups', 'key create --spec ec-p256 --usage sign-verify --region eu-west-1'],
    run: create,
  },
  {
    path: 'key list',
    summary: 'Lists the keys of a region',
    reach: 'remote',
    options: REGION,
    examples: ['key list', 'key list --region eu-west-1 --json'],
    run: async (session) => {
      const api = session.client();
      const region = await regionOf(session, api);
      const keys = await all(everyItem((after) => api.listKeys(region, { after })));
      session.output.rows(keys, KEY_COLUMNS, `There is no key in ${region}.`);
    },
  },
  change('show', 'Shows a key with its versions', (client, region, key) => client.getKey(region, key)),
  change('enable', 'Switches a key on', (client, region, key) => client.enableKey(region, key)),
  change('disable', 'Switches a key off: every use that starts after the answer is refused', (client, region, key) =>
    client.disableKey(region, key),
  ),
  change(
    'rotate',
    'Makes new material the current one; the material before goes on to decrypt',
    (client, region, key) => client.rotateKey(region, key),
  ),
  change(
    'enable-rotation',
    'Has a key rotated by itself every so many days, with its relatives in other regions',
    (client, region, key, { given }) => {
      const days = given.optional('every');
      const period = days === undefined ? {} : { periodDays: wholeNumber('--every', days) };
      return client.enableKeyRotation(region, key, period);
    },
    { options: [['--every <days>', 'the period, 90 to 2560 (365)']] },
  ),
  change(
    'disable-rotation',
    'Ends the automatic rotation of a key; what it has of material stays',
    (client, region, key) => client.disableKeyRotation(region, key),
  ),
  change(
    'schedule-deletion',
    'Lets a key go after a waiting period, during which it can be called back',
    (client, region, key, { given }) => {
      const days = given.optional('days');
      return client.scheduleKeyDeletion(
        region,
        key,
        days === undefined ? {} : { windowDays: wholeNumber('--days', days) },
      );
    },
    { options: [['--days <number>', 'the waiting period, 7 to 30 (30)']] },
  ),
  change('cancel-deletion', 'Calls a key back from its deletion. It is switched off then', (client, region, key) =>
    client.cancelKeyDeletion(region, key),
  ),
  change(
    'delete',
    'Deletes a key at once: it works for nothing any more, and can be restored for 30 days',
    (client, region, key, { given }) => client.deleteKey(region, key, given.flag('force') ? { force: true } : {}),
    { options: [['--force', 'although resources are registered with it: these are let go']] },
  ),
  change(
    'authorize-deletion',
    'Authorises the deletion of a key that two people delete: for seven days another one may carry it out',
    (client, region, key) => client.authorizeKeyDeletion(region, key),
  ),
  change(
    'withdraw-authorization',
    'Takes the authorisation of a deletion back, whoever gave it',
    (client, region, key) => client.withdrawKeyAuthorization(region, key),
  ),
  change(
    'restore',
    'Takes a deleted key back, with everything that it had. It is switched on then',
    (client, region, key) => client.restoreKey(region, key),
  ),
  change(
    'purge',
    'Ends a key for good that was deleted 4 hours ago or earlier: its material is destroyed',
    (client, region, key) => client.purgeKey(region, key),
  ),
  {
    path: 'key check-value',
    summary: 'Shows the check values of an imported key, and compares them with material that you have',
    reach: 'remote',
    arguments: KEY,
    options: [
      [
        '--material <file>',
        'the material: raw bytes of a secret key, PEM or DER of a pair (either half); it stays on this machine',
      ],
      ...REGION,
    ],
    examples: [`key check-value ${EXAMPLE_ID}`, 'key check-value alias/backups --material ./key.bin'],
    run: checkValue,
  },
];

async function create(session: Session): Promise<void> {
  const { given } = session;
  const api = session.client();
  const [spec, usage, description] = ['spec', 'usage', 'description'].map((name) => given.optional(name));
  const tags = given.list('tag').map(tagOf);
  const wanted = {
    ...(spec !== undefined && { spec }),
    ...(usage !== undefined && { usage }),
    ...(given.flag('imported') && { origin: 'imported' as const }),
    ...(given.flag('multi-region') && { multiRegion: true }),
    ...(description !== undefined && { description }),
    ...(tags.length > 0 && { tags }),
  };
  show(session, await api.createKey(await regionOf(session, api), wanted as Parameters<typeof api.createKey>[1]));
}

async function checkValue(session: Session): Promise<ExitName | void> {
  const { given, output } = session;
  const api = session.client();
  const place = await keyPlaceOf(session, api);
  const key = await api.getKey(place.region, place.key);
  const values = key.versions.flatMap(({ versionId, stage, checkValue: value }) =>
    value === undefined ? [] : [{ versionId, stage, checkValue: value }],
  );
  const file = given.optional('material');
  if (file === undefined) {
    output.rows(
      values,
      [
        ['VERSION', ({ versionId }) => versionId],
        ['STAGE', ({ stage }) => stage],
        ['CHECK VALUE', ({ checkValue: value }) => value],
      ],
      'The key has no imported material: only that has a check value.',
    );
    return 'ok';
  }
  const own = await ownCheckValue(new Uint8Array(readFileSync(file)), key.spec);
  const match = values.find(({ checkValue: value }) => value === own);
  if (output.isJson) output.item({ keyId: key.keyId, checkValue: own, matches: match?.versionId ?? null });
  else if (match) output.note(`${own}  your material is version ${match.versionId} (${match.stage}) of this key`);
  if (match) return 'ok';
  throw new CliError(
    'failed',
    'check-value-differs',
    `your material has the check value ${own}, and no version of the key has that`,
    'What arrived is not what you have: delete the imported material and import it again.',
  );
}

function show({ output }: Session, key: Key): void {
  if (output.isJson) return output.item(key);
  const { versions, ...rest } = key;
  output.item(rest);
  output.note('');
  output.rows(versions, VERSION_COLUMNS, 'The key has no material yet.');
}

/** A description for a table: the whole of it is in `key show`. */
function shortened(text: string): string {
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}
