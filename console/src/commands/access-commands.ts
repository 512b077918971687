/** How one gets back in. */
export const SIGN_IN_COMMANDS = {
  link: (name: string) => ['principal', 'sign-in-link', name],
  newFirst: () => ['init', '--new-credentials'],
} as const;

/** What one does with people, their roles and their sessions. */
export const ACCESS_COMMANDS = {
  people: () => ['principal', 'list'],
  invite: (name: string, ...roles: string[]) => [
    'principal',
    'invite',
    name,
    ...roles.flatMap((role) => ['--role', role]),
  ],
  link: (name: string) => ['principal', 'sign-in-link', name],
  resetLink: (name: string) => ['principal', 'sign-in-link', name, '--reset'],
  links: () => ['principal', 'sign-in-links'],
  withdrawLink: (name: string) => ['principal', 'withdraw-sign-in-link', name],
  signInOf: (name: string) => ['principal', 'sign-in', name],
  suspend: (name: string) => ['principal', 'suspend', name],
  resume: (name: string) => ['principal', 'resume', name],
  remove: (name: string) => ['principal', 'delete', name],
  endSessionsOf: (name: string) => ['session', 'end', '--principal', name],
  endSession: (session: string) => ['session', 'end', session],
  attachRole: (role: string, name: string) => ['policy', 'attach', role, '--principal', name],
  detachRole: (role: string, name: string) => ['policy', 'detach', role, '--principal', name],
  roles: () => ['policy', 'list'],
  showRole: (role: string) => ['policy', 'show', role],
  createRole: (role: string, file: string) => ['policy', 'create', role, '--document', file],
  updateRole: (role: string, file: string) => ['policy', 'update', role, '--document', file],
  actions: () => ['policy', 'actions'],
  deleteRole: (role: string) => ['policy', 'delete', role],
  whoAmI: () => ['whoami'],
} as const;
