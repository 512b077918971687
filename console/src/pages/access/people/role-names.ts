/** The name of a role as people read it: built-in ones are words. */
export function roleName(name: string): string {
  return BUILT_IN_NAMES[name] ?? name;
}

const BUILT_IN_NAMES: Readonly<Record<string, string>> = {
  owner: 'Owner',
  'key-administrator': 'Key administrator',
  'key-user': 'Key user',
  'backup-administrator': 'Backup administrator',
  'restore-operator': 'Restore operator',
  auditor: 'Auditor',
  administrator: 'Administrator',
  user: 'User',
  operator: 'Operator',
};

export function roleNames(names: readonly string[]): string {
  return names.length === 0 ? 'None' : names.map(roleName).join(', ');
}
