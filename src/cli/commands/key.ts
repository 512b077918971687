import { everyItem, type Key, type KeysteadClient, type KeySummary } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { readBytes } from '../files.ts';
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

/** What any new key may be given, in the words of the command line. */
export const NEW_KEY: readonly Row[] = [
  ['--name <text>', 'what people call it; need not be unique'],
  ['--description <text>', 'for people'],
  ['--alias <alias...>', 'alias/NAME, names that nothing else has in the region'],
  ['--tag <key=value...>', 'tags of the key'],
  ['--ring <name>', 'the key ring that it is in (default)'],
  ['--expires <time>', 'when its time to protect data is over, for good: 2030-01-31T12:00:00Z'],
];

/** The same as the admin API takes it. */
export function newKeyFrom({ given }: Session) {
  const [name, description, keyRing, expiresAt] = ['name', 'description', 'ring', 'expires'].map((option) =>
    given.optional(option),
  );
  const [aliases, tags] = [given.list('alias'), given.list('tag').map(tagOf)];
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(keyRing !== undefined && { keyRing }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(aliases.length > 0 && { aliases: [...aliases] }),
    ...(tags.length > 0 && { tags }),
  };
}

interface KeyChange extends Pick<CliCommand, 'arguments' | 'options' | 'requiredOptions'> {
  readonly examples?: readonly string[];
  readonly run: (client: KeysteadClient, region: string, key: string, session: Session) => Promise<Key>;
}

/** A command that changes one key and shows what became of it. Arguments of its own come behind the key. */
export function keyChange(verb: string, summary: string, row: KeyChange): CliCommand {
  return {
    path: `key ${verb}`,
    summary,
    reach: 'remote',
    arguments: [...KEY, ...(row.arguments ?? [])],
    ...(row.requiredOptions && { requiredOptions: row.requiredOptions }),
    options: [...(row.options ?? []), ...REGION],
    examples: row.examples ?? [`key ${verb} ${EXAMPLE_ID}`, `key ${verb} alias/backups --region us-east-1`],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      showKey(session, await row.run(api, region, key, session));
    },
  };
}

function change(
  verb: string,
  summary: string,
  run: KeyChange['run'],
  more: Pick<CliCommand, 'options'> = {},
): CliCommand {
  return keyChange(verb, summary, { run, ...more });
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
      ...NEW_KEY,
      ...REGION,
    ],
    examples: ['key create --description backups', 'key create --spec ec-p256 --usage sign-verify --region eu-west-1'],
    run: create,
  },
  {
    path: 'key list',
    summary: 'Lists the keys of a region, those alone that fit what is asked',
    reach: 'remote',
    options: [
      ['--search <text>', 'in id, name, aliases and description, whatever the case'],
      ['--state <state>', 'enabled, disabled, pending-import, pending-deletion, deleted, ...'],
      ['--spec <name>', 'aes-256, rsa-2048, ... or as AWS calls it'],
      ['--usage <name>', 'encrypt-decrypt, sign-verify, ...'],
      ['--origin <origin>', 'generated, imported, remote'],
      ['--ring <name>', 'the key ring'],
      ['--tag <tag>', 'KEY, or KEY=VALUE'],
      ...REGION,
    ],
    examples: ['key list', 'key list --search payroll --state enabled', 'key list --region eu-west-1 --json'],
    run: async (session) => {
      const api = session.client();
      const region = await regionOf(session, api);
      const filter = filterFrom(session);
      const keys = await all(everyItem((after) => api.listKeys(region, { ...filter, after })));
      const none = Object.keys(filter).length === 0 ? `There is no key in ${region}.` : 'No key fits.';
      session.output.rows(keys, KEY_COLUMNS, none);
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
    'require-two-people',
    'Has a key deleted by two people from now on, which stays so for good',
    (client, region, key) => client.requireTwoPeople(region, key),
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
        'the material: raw bytes, hex digits or base64 of a secret key, the file that the console saved, PEM or DER of a pair (either half); it stays on this machine',
      ],
      ...REGION,
    ],
    examples: [`key check-value ${EXAMPLE_ID}`, 'key check-value alias/backups --material ./key.bin'],
    run: checkValue,
  },
];

/** The options of a list, by the names of the admin API. */
const FILTERS = {
  search: 'text',
  state: 'state',
  spec: 'spec',
  usage: 'usage',
  origin: 'origin',
  ring: 'keyRing',
  tag: 'tag',
};

function filterFrom({ given }: Session): Omit<Parameters<KeysteadClient['listKeys']>[1] & object, 'after' | 'limit'> {
  const filter = Object.entries(FILTERS).flatMap(([option, member]) => {
    const value = given.optional(option);
    return value === undefined ? [] : [[member, value] as const];
  });
  return Object.fromEntries(filter);
}

async function create(session: Session): Promise<void> {
  const { given } = session;
  const api = session.client();
  const [spec, usage] = [given.optional('spec'), given.optional('usage')];
  const wanted = {
    ...newKeyFrom(session),
    ...(spec !== undefined && { spec }),
    ...(usage !== undefined && { usage }),
    ...(given.flag('imported') && { origin: 'imported' as const }),
    ...(given.flag('multi-region') && { multiRegion: true }),
  };
  showKey(session, await api.createKey(await regionOf(session, api), wanted as Parameters<typeof api.createKey>[1]));
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
  const own = await ownCheckValue(new Uint8Array(readBytes(file)), key.spec);
  const match = values.find(({ checkValue: value }) => value === own);
  if (output.isJson) output.item({ keyId: key.keyId, checkValue: own, matches: match?.versionId ?? null });
  else if (match) output.note(`${own}  your material is version ${match.versionId} (${match.stage}) of this key`);
  if (match) return 'ok';
  throw new CliError(
    'failed',
    'check-value-differs',
    `your material has the check value ${own}, and no version of the key has that`,
    'First make sure that it is the file that was imported into this key. If it is, what arrived is not what you have: delete the imported material and import it again.',
  );
}

/** A key with its versions. */
export function showKey({ output }: Session, key: Key): void {
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
