import type { Approval } from '@keystead/sdk';
import type { Methods } from '../mocked.ts';
import { ago, ahead, DAY, idOf, pageOf } from './made-up.ts';

const APPROVALS: readonly Approval[] = [
  {
    kind: 'hold-release',
    environmentId: '3f0f0a52-93c4-4c0e-8a3f-1b6f2f4c9a10',
    environment: 'production',
    holdId: '0b9d7f1a-93c4-4c0e-8a3f-1b6f2f4c9a11',
    releaseId: '0b9d7f1a-93c4-4c0e-8a3f-1b6f2f4c9a12',
    reason: 'Case 2026-14',
    requestedBy: 'grace',
    requestedById: idOf('grace'),
    requestedAt: ago(DAY),
    expiresAt: ahead(6 * DAY),
    mayApprove: true,
  },
];

/** What waits for a second person at the made-up server. */
export const approvalsMock = { listApprovals: () => pageOf(APPROVALS) } satisfies Partial<Methods>;
