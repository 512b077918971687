import type { KeysteadClient } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { wholeNumber } from './credential.ts';
import { REGION } from './key.ts';
import { regionOf } from './place.ts';

type Wanted = NonNullable<Parameters<KeysteadClient['setInstancePolicies']>[1]>;

const OPTIONS: readonly Row[] = [
  ['--network <name>', 'public-and-private or private-only: from where the instance may be reached'],
  ['--address <range...>', 'CIDR blocks from which alone it may be reached'],
  ['--any-address', 'lets it be reached from everywhere again'],
  ['--rotation-months <number>', 'how often new keys are rotated by themselves, 1 to 12; 0: never'],
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
    ],
    run: async (session) => {
      const api = session.client();
      session.output.item(await api.setInstancePolicies(await regionOf(session, api), wantedOf(session)));
    },
  },
];

function wantedOf({ given }: Session): Wanted {
  const network = given.optional('network');
  const addresses = given.list('address');
  const months = given.optional('rotation-months');
  return {
    ...(network !== undefined && { network: network as Exclude<Wanted['network'], undefined> }),
    ...(addresses.length > 0 && { addresses }),
    ...(given.flag('any-address') && { addresses: [] }),
    ...(months !== undefined && { rotationMonths: wholeNumber('--rotation-months', months) }),
  };
}
