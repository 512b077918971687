/** What one does with keys. */
export const KEY_COMMANDS = {
  list: (region: string) => ['key', 'list', '--region', region],
  show: (region: string, key: string) => ['key', 'show', key, '--region', region],
} as const;
