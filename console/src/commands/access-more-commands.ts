/** An option that has a value; '' is none. */
const option = (name: string, value: string): readonly string[] => (value === '' ? [] : [name, value]);

/** What one does with sessions, credentials, approvals, identity providers and roles that are assumed. */
export const ACCESS_MORE_COMMANDS = {
  sessions: () => ['session', 'list'],
  sessionsOf: (person: string) => ['session', 'list', '--principal', person],
  endSession: (session: string) => ['session', 'end', session],
  endSessionsOf: (person: string) => ['session', 'end', '--principal', person],
  credentials: (of: string, type: string, state: string, unusedSince: string, expiringBefore: string) => [
    'credential',
    'list',
    ...option('--principal', of),
    ...option('--type', type),
    ...option('--state', state),
    ...option('--unused-since', unusedSince),
    ...option('--expiring-before', expiringBefore),
  ],
  issueCredential: (of: string, type: string, expires: string, about: string, scope: string, ...scopes: string[]) => [
    'credential',
    'create',
    of,
    '--type',
    type,
    ...option('--expires', expires),
    ...option('--description', about),
    ...option('--scope', scope),
    ...scopes,
  ],
  issueRootCredential: () => ['credential', 'create', '--root'],
  suspendCredential: (credential: string) => ['credential', 'suspend', credential],
  deleteCredential: (credential: string) => ['credential', 'delete', credential],
} as const satisfies Readonly<Record<string, (...values: string[]) => readonly string[]>>;
