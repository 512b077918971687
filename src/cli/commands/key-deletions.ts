import { everyItem, type Key } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';
import { REGION } from './key.ts';
import { all } from './list.ts';
import { regionOf } from './place.ts';

const GOING = ['pending-deletion', 'pending-replica-deletion', 'deleted'] as const;

const COLUMNS: readonly Column<Key>[] = [
  ['KEY', ({ keyId }) => keyId],
  ['STATE', ({ state }) => state],
  ['ENDS FOR GOOD', ({ deletionDueAt, removal }) => deletionDueAt ?? removal?.purgedAt],
  ['BACK UNTIL', ({ deletionDueAt, removal }) => deletionDueAt ?? removal?.restorableUntil],
  ['BACK BY', ({ state }) => `key ${state === 'deleted' ? 'restore' : 'cancel-deletion'}`],
  ['NAME', ({ name }) => name],
  ['ALIASES', ({ aliases }) => aliases.join(', ')],
];

/** What goes, while it can be taken back. */
export const KEY_DELETION_COMMANDS: readonly CliCommand[] = [
  {
    path: 'key deletions',
    summary: 'Lists the keys of a region that are on their way out: until when each can be taken back, and how',
    reach: 'remote',
    options: REGION,
    examples: ['key deletions', 'key deletions --region eu-west-1 --json'],
    run: async (session) => {
      const api = session.client();
      const region = await regionOf(session, api);
      const keys: Key[] = [];
      for (const state of GOING) {
        const found = await all(everyItem((after) => api.listKeys(region, { state, after })));
        for (const { keyId } of found) keys.push(await api.getKey(region, keyId));
      }
      const dueAt = ({ deletionDueAt, removal }: Key) => deletionDueAt ?? removal?.purgedAt ?? '';
      const soonest = keys.toSorted((a, b) => (dueAt(a) < dueAt(b) ? -1 : 1));
      session.output.rows(soonest, COLUMNS, `No key in ${region} is being deleted.`);
    },
  },
];
