import type { KeyRing } from '@keystead/sdk';
import type { CliCommand, Row } from '../command.ts';
import type { Column } from '../output.ts';
import { regionOf } from './place.ts';

const COLUMNS: readonly Column<KeyRing>[] = [
  ['RING', ({ keyRing }) => keyRing],
  ['CREATED', ({ createdAt }) => createdAt],
  ['BY', ({ createdBy }) => createdBy],
];
const RING: readonly Row[] = [['<ring>', 'its name: 2 to 100 letters, digits and hyphens']];
const IN_REGION: readonly Row[] = [['--region <name>', 'the region (KEYSTEAD_REGION; the only region)']];

export const KEY_RING_COMMANDS: readonly CliCommand[] = [
  {
    path: 'key ring list',
    summary: 'Lists the key rings of a region',
    reach: 'remote',
    options: IN_REGION,
    examples: ['key ring list'],
    run: async (session) => {
      const api = session.client();
      const { items } = await api.listKeyRings(await regionOf(session, api));
      session.output.rows(items, COLUMNS, 'There is no key ring.');
    },
  },
  {
    path: 'key ring create',
    summary: 'Makes a key ring: a group of keys over which rights are given',
    reach: 'remote',
    arguments: RING,
    options: IN_REGION,
    examples: ['key ring create finance'],
    run: async (session) => {
      const api = session.client();
      const keyRing = session.given.text('ring');
      session.output.item(await api.createKeyRing(await regionOf(session, api), { keyRing }));
    },
  },
  {
    path: 'key ring delete',
    summary: 'Deletes a key ring that holds no key',
    reach: 'remote',
    arguments: RING,
    options: [['--force', 'although it holds deleted keys: these go to the default ring'], ...IN_REGION],
    examples: ['key ring delete finance'],
    run: async (session) => {
      const api = session.client();
      const { given } = session;
      const region = await regionOf(session, api);
      session.output.item(await api.deleteKeyRing(region, given.text('ring'), { force: given.flag('force') }));
    },
  },
];
