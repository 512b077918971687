import type { KeysteadClient } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { wholeNumber } from './credential.ts';
import { REGION } from './key.ts';
import { regionOf } from './place.ts';

type Wanted = NonNullable<Parameters<KeysteadClient['setInstancePolicies']>[1]>;

const OPTIONS: readonly Row[] = [
  ['--network <name>', 'public-and-private or private-only: from where the instance may be reached'],
  ['--address <range...>', 'CIDR blocks from which alone it may be reached'],
  ['--any-address', 'lets it be reached from everywhere again'],
  ['--rotation-months <number>', 'how often new keys are rotated by themselves, 1 to 12; 0: never'],
  ['--two-people <answer>', 'yes: new keys are deleted by two people; no: by one'],
  ['--allow <what...>', 'what alone may be made: create-keys, create-secrets, import-keys, import-secrets; or all'],
  ['--wrapped-imports <answer>', 'yes: imports of IBM Key Protect need an import token; no: they need none'],
  ['--metrics <answer>', 'yes: requests of IBM Key Protect are counted for "instance metrics"; no: they are not'],
];

/** What holds for all keys of an instance: the way back for whoever shut the other doors. */
export const INSTANCE_POLICY_COMMANDS: readonly CliCommand[] = [
  {
    path: 'instance policy show',
    summary: 'Shows the policies of an instance: what holds for all its keys, and from where it may be reached',
    reach: 'remote',
    options: REGION,
    examples: ['instance policy show', 'instance policy show --region eu-de --json'],
    run: async (session) => {
      const api = session.client();
      session.output.item(await api.getInstancePolicies(await regionOf(session, api)));
    },
  },
  {
    path: 'instance policy set',
    summary: 'Sets policies of an instance: those that are named, the others stay; the admin API is not bound by them',
    reach: 'remote',
    options: [...OPTIONS, ...REGION],
    examples: [
      'instance policy set --address 192.0.2.0/24 10.0.0.0/8',
      'instance policy set --any-address --network public-and-private --region eu-de',
      'instance policy set --two-people yes --allow create-keys import-keys --wrapped-imports yes',
    ],
    run: async (session) => {
      const api = session.client();
      const region = await regionOf(session, api);
      session.output.item(await api.setInstancePolicies(region, await wantedOf(session, api, region)));
    },
  },
];

/** What may be made, as the options say it and as the admin API does. */
const MAKING = {
  'create-keys': 'createWrapping',
  'create-secrets': 'createSecret',
  'import-keys': 'importWrapping',
  'import-secrets': 'importSecret',
} as const;

async function wantedOf({ given }: Session, api: KeysteadClient, region: string): Promise<Wanted> {
  const network = given.optional('network');
  const addresses = given.list('address');
  const months = given.optional('rotation-months');
  const [dualAuthorization, enforceToken, metrics] = ['two-people', 'wrapped-imports', 'metrics'].map((option) =>
    yesOrNo(`--${option}`, given.optional(option)),
  );
  const allowed = allowedOf(given.list('allow'));
  // The rights to make are set as a whole: what is not named stays as it is.
  const creation =
    allowed === undefined && enforceToken === undefined
      ? undefined
      : {
          ...(await api.getInstancePolicies(region)).creation,
          ...allowed,
          ...(enforceToken !== undefined && { enforceToken }),
        };
  const wanted: Wanted = {
    ...(network !== undefined && { network: network as Exclude<Wanted['network'], undefined> }),
    ...(addresses.length > 0 && { addresses }),
    ...(given.flag('any-address') && { addresses: [] }),
    ...(months !== undefined && { rotationMonths: wholeNumber('--rotation-months', months) }),
    ...(dualAuthorization !== undefined && { dualAuthorization }),
    ...(creation !== undefined && { creation }),
    ...(metrics !== undefined && { metrics }),
  };
  if (Object.keys(wanted).length > 0) return wanted;
  throw new CliError('usage', 'usage', 'no policy was named', 'Give at least one option; --help lists them.');
}

function yesOrNo(option: string, text: string | undefined): boolean | undefined {
  if (text === undefined || text === 'yes' || text === 'no') return text === undefined ? undefined : text === 'yes';
  throw new CliError('usage', 'usage', `${option} was refused: it must be yes or no, not "${text}"`, 'Say yes or no.');
}

function allowedOf(named: readonly string[]): { readonly [member: string]: boolean } | undefined {
  if (named.length === 0) return undefined;
  const names = Object.keys(MAKING);
  const isAll = named.length === 1 && named[0] === 'all';
  const strange = isAll ? undefined : named.find((name) => !names.includes(name));
  if (strange === undefined)
    return Object.fromEntries(Object.entries(MAKING).map(([name, member]) => [member, isAll || named.includes(name)]));
  throw new CliError(
    'usage',
    'usage',
    `--allow was refused: there is no "${strange}"`,
    `Name some of ${names.join(', ')}, or all alone.`,
  );
}
