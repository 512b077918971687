/** What one does with sessions, credentials, approvals, identity providers and roles that are assumed. */
export const ACCESS_MORE_COMMANDS = {
  sessions: () => ['session', 'list'],
  sessionsOf: (person: string) => ['session', 'list', '--principal', person],
  endSession: (session: string) => ['session', 'end', session],
  endSessionsOf: (person: string) => ['session', 'end', '--principal', person],
} as const satisfies Readonly<Record<string, (...values: string[]) => readonly string[]>>;
