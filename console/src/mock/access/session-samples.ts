import type { ConsoleSession } from '@keystead/sdk';
import type { Methods } from '../mocked.ts';
import { ago, ahead, idOf, MINUTE, pageOf } from './made-up.ts';

const sample = (
  sessionId: string,
  name: string,
  method: ConsoleSession['method'],
  minutes: number,
  address: string,
  userAgent: string,
): ConsoleSession => ({
  sessionId,
  principalId: idOf(name),
  name,
  method,
  createdAt: ago(minutes * MINUTE),
  authenticatedAt: ago(minutes * MINUTE),
  renewedAt: ago(3 * MINUTE),
  idleEndsAt: ahead(27 * MINUTE),
  endsAt: ahead(720 * MINUTE - minutes * MINUTE),
  address,
  userAgent,
  lastUsedAt: ago(2 * MINUTE),
  lastUsedFrom: address,
  isCurrent: sessionId.startsWith('6c7c'),
});

let sessions: readonly ConsoleSession[] = [
  sample(
    '6c7cf4b5-3b5f-4e57-9a53-0d3c7d2b8f11',
    'ada',
    'passkey',
    55,
    '192.0.2.10',
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ),
  sample(
    'a1f0c7f5-8b0e-4f02-8f38-5f1a3f0f7b21',
    'grace',
    'password',
    180,
    '198.51.100.7',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15',
  ),
];

const take = (isTaken: (session: ConsoleSession) => boolean): void => {
  sessions = sessions.filter((session) => !isTaken(session));
};

/** Sessions of the made-up server. */
export const sessionsMock = {
  listSessions: (query) =>
    pageOf(sessions.filter(({ principalId }) => query?.principalId === undefined || query.principalId === principalId)),
  endSession: (sessionId) => {
    const found = sessions.find((session) => session.sessionId === sessionId) as ConsoleSession;
    take((session) => session.sessionId === sessionId);
    return Promise.resolve(found);
  },
} satisfies Partial<Methods>;

export const endSessionsOf = (id: string): void => take(({ principalId }) => principalId === id);
