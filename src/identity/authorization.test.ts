import { expect, it } from 'vitest';
import { actionsOf } from './authorization.ts';
import { KEY_ROLES, SERVICE_ACTIONS, type KeyRole } from './key-roles.ts';

it.each(Object.keys(KEY_ROLES) as KeyRole[])('a service with the role %s registers, and lets no key go', (role) => {
  const actions = actionsOf({ roles: [role] });
  expect(actions).toEqual(expect.arrayContaining([...SERVICE_ACTIONS]));
  expect(actions).not.toContain('kms:ScheduleKeyDeletion');
  expect(actions).not.toContain('kms:PurgeKey');
});
