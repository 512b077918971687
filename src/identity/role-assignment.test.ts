import { describe, expect, it } from 'vitest';
import { evaluate } from '../access/evaluate.ts';
import { countingRandom } from '../keys/key-space.fixture.ts';
import { CATALOG } from '../protocols/key-protect/catalog.ts';
import { ADMIN_ROUTES } from '../protocols/admin/routes.ts';
import { ROLE_MATRIX } from './role-matrix.fixture.ts';
import { KEY_ROLES, keyActionsOf, PLATFORM_ROLES, type KeyRole, type Reach } from './key-roles.ts';
import {
  checkScope,
  policyOfAssignments,
  withAssignment,
  withoutAssignment,
  type RoleScope,
} from './role-assignment.ts';

const ACCOUNT = '111122223333';
const KEY = '02fd6835-6001-4482-a892-13bd2085f75d';
const WINDOW = 'kms:schedulekeydeletionpendingwindowindays';
const random = countingRandom('assignments');

/** Whether roles over a scope allow an action on a key in a ring of a region. */
function allows(roles: readonly KeyRole[], scope: RoleScope, action: string, asked: Asked = {}): boolean {
  const { region = 'us-south', keyId = KEY, ring = 'default', account = ACCOUNT, windowDays = '30' } = asked;
  const policy = policyOfAssignments(ACCOUNT, [{ id: 'a', roles, ...scope }]);
  const resource = `arn:aws:kms:${region}:${account}:key/${keyId}`;
  return evaluate({
    subject: { arn: `arn:aws:iam::${ACCOUNT}:user/u`, accountId: ACCOUNT, policies: policy ? [policy] : [] },
    action,
    resource,
    context: { values: (name) => ({ 'kms:keyring': [ring], [WINDOW]: [windowDays] })[name] },
  }).allowed;
}

interface Asked {
  readonly region?: string;
  readonly keyId?: string;
  readonly ring?: string;
  readonly account?: string;
  readonly windowDays?: string;
}

describe('the roles of IBM Key Protect', () => {
  it.each(Object.entries(CATALOG))('for %s are those of its matrix', (_, { event, actions }) => {
    const having = (Object.keys(KEY_ROLES) as KeyRole[]).filter((role) =>
      actions.every((action) => allows([role], {}, action)),
    );
    expect([event, having]).toEqual([event, ROLE_MATRIX[event]]);
  });

  it('allow nothing that no endpoint asks for', () => {
    const asked = new Set<string>(Object.values(CATALOG).flatMap(({ actions }) => [...actions]));
    for (const role of Object.keys(KEY_ROLES) as KeyRole[])
      expect([role, KEY_ROLES[role].filter((action: string) => !asked.has(action))]).toEqual([role, []]);
  });

  it('of the platform allow nothing that no endpoint of the admin API asks for', () => {
    const asked = new Set(ADMIN_ROUTES.map(({ action }) => action));
    for (const actions of Object.values(PLATFORM_ROLES))
      expect(actions.filter((action: string) => !asked.has(action))).toEqual([]);
  });

  it('name each action once', () => {
    for (const actions of Object.values(KEY_ROLES)) expect(new Set(actions).size).toBe(actions.length);
  });
});

describe('a Manager', () => {
  it.each<[RoleScope, Asked, boolean]>([
    [{}, {}, true],
    [{}, { windowDays: '29' }, false],
    [{}, { windowDays: '7' }, false],
    [{ keyId: KEY }, { windowDays: '7' }, false],
    [{ keyRing: 'payments' }, { ring: 'payments' }, true],
    [{ keyRing: 'payments' }, { ring: 'payments', windowDays: '7' }, false],
    [{ keyRing: 'payments' }, { ring: 'default' }, false],
  ])('of %j deletes what can be restored for thirty days: %j', (scope, asked, allowed) => {
    expect(allows(['Manager'], scope, 'kms:ScheduleKeyDeletion', asked)).toBe(allowed);
    expect(allows(['Manager'], { ...scope }, 'kms:DisableKey', { ...asked, ring: scope.keyRing ?? 'default' })).toBe(
      true,
    );
  });
});

describe('an assignment', () => {
  it.each<[string, RoleScope, Asked, boolean]>([
    ['everywhere', {}, {}, true],
    ['everywhere, but not another account', {}, { account: '444455556666' }, false],
    ['in a region', { region: 'us-south' }, {}, true],
    ['not in another region', { region: 'us-south' }, { region: 'eu-de' }, false],
    ['in a ring', { keyRing: 'payments' }, { ring: 'payments' }, true],
    ['not in another ring', { keyRing: 'payments' }, {}, false],
    ['not in a ring of another case', { keyRing: 'payments' }, { ring: 'Payments' }, false],
    ['in a ring of one region', { region: 'us-south', keyRing: 'payments' }, { ring: 'payments' }, true],
    ['not in that of another region', { region: 'us-south', keyRing: 'p1' }, { ring: 'p1', region: 'eu-de' }, false],
    ['on a key', { keyId: KEY }, {}, true],
    ['not on another key', { keyId: KEY }, { keyId: '12fd6835-6001-4482-a892-13bd2085f75d' }, false],
    ['not on a longer key id', { keyId: KEY }, { keyId: `${KEY}0` }, false],
  ])('holds %s', (_, scope, asked, allowed) => {
    expect(allows(['Reader'], scope, 'kms:Decrypt', asked)).toBe(allowed);
  });

  it.each<[Reach, string, boolean]>([
    ['ring', 'kms:ListKeys', true],
    ['ring', 'kms:CreateKey', true],
    ['ring', 'kms:ListKeyRings', false],
    ['ring', 'kms:CreateKeyRing', false],
    ['ring', 'kms:DeleteKeyRing', false],
    ['ring', 'kms:PutInstancePolicies', false],
    ['ring', 'kms:ManageKmip', false],
    ['key', 'kms:ListKeys', false],
    ['key', 'kms:CreateKey', false],
    ['key', 'kms:GetImportToken', false],
    ['key', 'kms:DescribeKey', true],
    ['key', 'kms:ScheduleKeyDeletion', true],
    ['instance', 'kms:DeleteKeyRing', true],
  ])('of a Manager over one %s reaches %s: %s', (reach, action, reaches) => {
    expect(keyActionsOf(['Manager'], reach).includes(action)).toBe(reaches);
  });

  it.each<[string, Parameters<typeof checkScope>[0]]>([
    ['no role', { roles: [] }],
    ['a ring and a key', { roles: ['Reader'], keyRing: 'a', keyId: KEY }],
    ['a platform role in a region', { roles: ['Administrator'], region: 'us-south' }],
    ['a role that means nothing on a key', { roles: ['KmipAdapterManager'], keyId: KEY }],
  ])('with %s is refused', (_, wanted) => {
    expect(() => checkScope(wanted)).toThrow(expect.objectContaining({ code: 'role-assignment-malformed' }));
  });

  it('is taken away by its id, and there are at most 100', () => {
    const nobody: { name: string; assignments?: [] } = { name: 'alice' };
    const one = withAssignment(nobody, { roles: ['Reader'] }, random);
    const [{ id }] = one.assignments as unknown as [{ id: string }];
    expect(withoutAssignment(one, id).assignments).toEqual([]);
    expect(() => withoutAssignment(one, 'x')).toThrow(expect.objectContaining({ code: 'role-assignment-not-found' }));
    let full = one;
    for (let i = 1; i < 100; i++) full = withAssignment(full, { roles: ['Reader'] }, random);
    expect(() => withAssignment(full, { roles: ['Reader'] }, random)).toThrow(
      expect.objectContaining({ code: 'too-many-role-assignments' }),
    );
  });

  it('of platform roles reaches no key, and no role of keys reaches access', () => {
    expect(keyActionsOf(['Administrator'], 'instance')).toEqual([]);
    expect(allows(['Manager', 'KeyPurge', 'KmipAdapterManager'], {}, 'keystead:AssignPrincipalKeyRole')).toBe(false);
  });
});
