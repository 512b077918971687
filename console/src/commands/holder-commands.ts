/** What one does with the policies and tags of a user, or of a role that is assumed. */
function holderCommands(kind: 'principal' | 'role') {
  const option = `--${kind}`;
  return {
    attach: (policy: string, name: string) => ['policy', 'attach', policy, option, name],
    detach: (policy: string, name: string) => ['policy', 'detach', policy, option, name],
    putInline: (policy: string, name: string) => [
      'policy',
      'put-inline',
      policy,
      '--document',
      './policy.json',
      option,
      name,
    ],
    listInline: (name: string) => ['policy', 'list-inline', option, name],
    deleteInline: (policy: string, name: string) => ['policy', 'delete-inline', policy, option, name],
    tag: (name: string, tag: string) => [kind, 'tag', name, tag],
    untag: (name: string, tag: string) => [kind, 'untag', name, tag],
  } as const;
}

export type HolderCommands = ReturnType<typeof holderCommands>;
export const PRINCIPAL_COMMANDS = holderCommands('principal');
export const ROLE_COMMANDS = holderCommands('role');
