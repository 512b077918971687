import { everyItem, type Approval } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';
import { all } from './list.ts';

const COLUMNS: readonly Column<Approval>[] = [
  ['WHAT', ({ kind }) => kind],
  ['OF', ({ region, keyId, environment }) => (keyId === undefined ? environment : `${region ?? ''} ${keyId}`)],
  ['NAMES', ({ aliases }) => aliases?.join(' ')],
  ['ASKED BY', ({ requestedBy }) => requestedBy],
  ['SINCE', ({ requestedAt }) => requestedAt],
  ['UNTIL', ({ expiresAt }) => expiresAt],
  ['YOU MAY', ({ mayApprove, because }) => (mayApprove ? 'yes' : `no: ${because ?? ''}`)],
  ['BY', how],
];

/** The command by which the second person carries it out. */
function how({ mayApprove, kind, region, keyId, environmentId, holdId, releaseId }: Approval): string | undefined {
  if (!mayApprove) return undefined;
  if (kind === 'key-deletion') return `key schedule-deletion ${keyId ?? ''} --region ${region ?? ''}`;
  return `vault hold confirm ${environmentId ?? ''} ${holdId ?? ''} ${releaseId ?? ''}`;
}

export const APPROVAL_COMMANDS: readonly CliCommand[] = [
  {
    path: 'approval list',
    summary: 'Lists what waits for a second person: deletions of keys, releases of legal holds',
    reach: 'remote',
    examples: ['approval list'],
    run: async ({ client, output }) => {
      const api = client();
      const waiting = await all(everyItem((after) => api.listApprovals({ after })));
      output.rows(waiting, COLUMNS, 'Nothing waits for a second person.');
    },
  },
];
