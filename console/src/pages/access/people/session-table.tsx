import type { ConsoleSession } from '@keystead/sdk';
import { Text } from '@mantine/core';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { ActsMenu, type ThingAct } from '../../../ui/acts-menu.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { ForeignText } from '../../../ui/foreign-text.tsx';
import { Time } from '../../../ui/time.tsx';
import { browserOf, METHODS } from '../sessions/session-words.ts';

interface SessionTableProps {
  readonly sessions: readonly ConsoleSession[];
  /** What is said where there are none. */
  readonly nobody: string;
  /** Whether they are one's own: those one ends without a permission. */
  readonly isOwn?: boolean;
}

/** Browsers in which somebody is signed in. */
export function SessionTable({ sessions, nobody, isOwn = false }: SessionTableProps) {
  if (sessions.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {nobody}
      </Text>
    );
  return (
    <DataTable
      caption="Sessions"
      rows={sessions}
      idOf={({ sessionId }) => sessionId}
      columns={[
        { name: 'Browser', cell: (session) => <Browser session={session} /> },
        { name: 'Address', cell: ({ address }) => <span className="ks-code">{address}</span>, isSpare: true },
        { name: 'Signed in by', cell: ({ method }) => METHODS[method], isSpare: true },
        { name: 'Last active', cell: ({ lastUsedAt, renewedAt }) => <Time at={lastUsedAt ?? renewedAt} /> },
        { name: 'Ends', cell: ({ idleEndsAt }) => <Time at={idleEndsAt} />, isSpare: true },
        {
          name: 'Actions',
          cell: (session) =>
            session.isCurrent ? (
              <Text size="xs" c="dimmed">
                this one
              </Text>
            ) : (
              <ActsMenu
                of={`the session of ${session.name} at ${session.address}`}
                acts={[endSession(session, isOwn)]}
              />
            ),
        },
      ]}
    />
  );
}

function Browser({ session: { userAgent } }: { readonly session: ConsoleSession }) {
  return browserOf(userAgent) ?? <ForeignText text={userAgent ?? 'It did not say'} max={40} />;
}

function endSession({ sessionId, name }: ConsoleSession, isOwn: boolean): ThingAct {
  return {
    label: 'End this session',
    isDangerous: true,
    next: {
      title: isOwn ? 'End this session of yours?' : `End this session of ${name}?`,
      about: 'That browser is signed out at once. Signing in again works as before.',
      verb: 'End the session',
      command: ACCESS_COMMANDS.endSession(sessionId),
      run: (api) => (isOwn ? api.endOwnSession(sessionId) : api.endSession(sessionId)),
      touches: [['sessions'], ['own-sessions']],
      done: 'The session has ended',
    },
  };
}
