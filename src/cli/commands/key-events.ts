import type { LifecycleEvent, Registration } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';
import { KEY, REGION } from './key.ts';
import { keyPlaceOf } from './place.ts';

const EVENTS: readonly Column<LifecycleEvent>[] = [
  ['AT', ({ at }) => at],
  ['KIND', ({ kind }) => kind],
  ['SERVICE', ({ service }) => service],
  ['DELIVERY', ({ delivery, failure }) => (failure === undefined ? delivery : `${delivery} (${failure})`)],
  ['ATTEMPTS', ({ attempts }) => String(attempts)],
  ['ACKNOWLEDGED', ({ acknowledgedAt }) => acknowledgedAt ?? ''],
  ['LATE', ({ isLate }) => (isLate ? 'late' : '')],
  ['EVENT', ({ eventId }) => eventId],
];

const REGISTRATIONS: readonly Column<Registration>[] = [
  ['RESOURCE', ({ resourceCrn }) => resourceCrn],
  ['SERVICE', ({ service }) => service],
  ['KEY VERSION', ({ keyVersionId }) => keyVersionId],
  ['PREVENTS DELETION', ({ preventsDeletion }) => (preventsDeletion ? 'yes' : '')],
  ['UPDATED', ({ updatedAt }) => updatedAt],
];

export const KEY_EVENT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'key events',
    summary: 'Lists what services were told of a key, whether they have acknowledged it, and who is late',
    reach: 'remote',
    arguments: KEY,
    options: REGION,
    examples: ['key events alias/backups'],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const { items } = await api.listKeyEvents(region, key);
      session.output.rows(items, EVENTS, 'No service was told anything of this key.');
    },
  },
  {
    path: 'key registrations',
    summary: 'Lists the resources that services registered with a key: while there are any, it is not deleted',
    reach: 'remote',
    arguments: KEY,
    options: REGION,
    examples: ['key registrations alias/backups'],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const { items } = await api.listKeyRegistrations(region, key);
      session.output.rows(items, REGISTRATIONS, 'Nothing is registered with this key.');
    },
  },
];
