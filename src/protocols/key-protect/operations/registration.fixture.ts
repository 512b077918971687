import type { Key } from '../../../keys/key.ts';
import type { Account, Actor, Answered, World } from '../key-protect.fixture.ts';
import { one } from '../key-protect.fixture.ts';
import { rootKey } from './root-key.fixture.ts';

export const STORAGE = 'storage.example.com';
export const DATABASE = 'database.example.com';

export function crnOfBucket(name: string): string {
  return `crn:v1:bluemix:public:cloud-object-storage:global:a/1234:5678:bucket:${name}`;
}

/** A root key whose own policy lets the account and services do everything. */
export function sharedKey(world: World, account: Account, fields: Partial<Key> = {}): Promise<Key> {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: account.tenant.accountId, Service: [STORAGE, DATABASE] },
    Action: 'kms:*',
    Resource: '*',
  };
  const accessPolicy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return rootKey(world, account, { accessPolicy, fields });
}

/** Has a service register a resource. */
export function registered(
  world: World,
  account: Account,
  service: Actor,
  keyId: string,
  crn: string,
  resource?: object,
): Promise<Answered> {
  return world.call(account, service, 'POST', `/keys/${keyId}/registrations/${encodeURIComponent(crn)}`, {
    ...(resource && { body: one('registration_input', resource) }),
  });
}
