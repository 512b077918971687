import { expect, it } from 'vitest';
import { KEY_ROLES, type KeyRole } from '../../identity/key-roles.ts';
import { putPrincipal } from '../../identity/principal.ts';
import { withAssignment } from '../../identity/role-assignment.ts';
import { changeEntry } from '../../keys/key-space.fixture.ts';
import { World } from './endpoint.fixture.ts';
import type { OperationName } from './model.gen.ts';
import { IMPLEMENTED, prepareFor, REQUESTS } from './operations/requests.fixture.ts';

const READER: readonly OperationName[] = [
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'ListKeyRotations',
  'ReEncrypt',
];
const WRITER: readonly OperationName[] = [...READER, 'CreateAlias', 'DeleteAlias', 'RotateKeyOnDemand'];
const MANAGER: readonly OperationName[] = [
  ...WRITER,
  'CancelKeyDeletion',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'GetKeyRotationStatus',
];

/** A world with somebody who has a role of IBM Key Protect over all keys, and no policy. */
async function having(role: KeyRole) {
  const world = new World();
  const account = await world.account();
  const holder = await world.actor(account.tenant, 'holder', []);
  const member = await world.directory.member(account.tenant, holder.principal.id);
  const { write } = putPrincipal(account.tenant, withAssignment(member!, { roles: [role] }, world.random));
  await world.store.commit({ writes: [write], entries: [changeEntry(account.tenant.tenantId)] });
  return { world, account, holder };
}

it.each<[KeyRole, readonly OperationName[]]>([
  ['Reader', READER],
  ['ReaderPlus', READER],
  ['Writer', WRITER],
  ['Manager', MANAGER],
  ['KeyPurge', []],
  ['KmipAdapterManager', []],
])('a %s may on this wire what the role says, and nothing else', async (role, expected) => {
  const { world, account, holder } = await having(role);
  const may: OperationName[] = [];
  for (const name of IMPLEMENTED) {
    const prepared = await prepareFor(world, account, name);
    const { type } = await world.call(holder, name, (REQUESTS[name]?.(prepared.id, prepared) ?? {}) as never);
    if (type !== 'AccessDeniedException') may.push(name);
  }
  expect(may.toSorted()).toEqual(expected.toSorted());
});

it('a Manager lets a key go in thirty days, and not sooner: to purge is no right of the role', async () => {
  const { world, account, holder } = await having('Manager');
  const { id: KeyId } = await prepareFor(world, account, 'ScheduleKeyDeletion');
  const days = async (PendingWindowInDays?: number) =>
    (await world.call(holder, 'ScheduleKeyDeletion', { KeyId, ...(PendingWindowInDays && { PendingWindowInDays }) }))
      .status;
  expect([await days(7), await days(29), await days()]).toEqual([400, 400, 200]);
});

it('every role has its row', () => expect(Object.keys(KEY_ROLES)).toHaveLength(6));
