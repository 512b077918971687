const at = (verb: string, region: string, key: string) => ['key', verb, key, '--region', region];

/** What one does with keys. */
export const KEY_COMMANDS = {
  list: (region: string) => ['key', 'list', '--region', region],
  show: (region: string, key: string) => at('show', region, key),
  enable: (region: string, key: string) => at('enable', region, key),
  disable: (region: string, key: string) => at('disable', region, key),
  rotate: (region: string, key: string) => at('rotate', region, key),
  enableRotation: (region: string, key: string, days: string) => [
    ...at('enable-rotation', region, key),
    '--every',
    days,
  ],
  disableRotation: (region: string, key: string) => at('disable-rotation', region, key),
  scheduleDeletion: (region: string, key: string, days: string) => [
    ...at('schedule-deletion', region, key),
    '--days',
    days,
  ],
  cancelDeletion: (region: string, key: string) => at('cancel-deletion', region, key),
  delete: (region: string, key: string) => at('delete', region, key),
  deleteByForce: (region: string, key: string) => [...at('delete', region, key), '--force'],
  restore: (region: string, key: string) => at('restore', region, key),
  purge: (region: string, key: string) => at('purge', region, key),
  authorizeDeletion: (region: string, key: string) => at('authorize-deletion', region, key),
  withdrawAuthorization: (region: string, key: string) => at('withdraw-authorization', region, key),
  checkValue: (region: string, key: string, file: string) => [...at('check-value', region, key), '--material', file],
  registrations: (region: string, key: string) => at('registrations', region, key),
  grants: (region: string, key: string) => ['grant', 'list', key, '--region', region],
  explain: (region: string, key: string, principal: string, action: string) => [
    'access',
    'explain',
    '--principal',
    principal,
    '--action',
    action,
    '--key',
    key,
    '--region',
    region,
  ],
} as const;
