import { beforeEach } from 'vitest';
import { roleArn, userArn } from '../../identity/arn.ts';
import type { Member } from '../../identity/principal.ts';
import type { Role } from '../../identity/role.ts';
import type { Tenant } from '../../identity/tenant.ts';
import { StsWorld, type Answer, type Keys } from './sts.fixture.ts';

export let world: StsWorld;
export let acme: Tenant;
export let other: Tenant;
export let alice: { member: Member; keys: Keys };
export let role: Role;
export let arn: string;
export const assume = (keys: Keys, more: Readonly<Record<string, string>> = {}) =>
  world.call(keys, 'AssumeRole', { RoleArn: arn, RoleSessionName: 'nightly', ...more });
export const whoIs = (keys: Keys) => world.call(keys, 'GetCallerIdentity');
export const refusal = (answer: Answer) => [answer.status, answer.text('Code')];
export const DENIED = [403, 'AccessDenied'];
export const INVALID_TOKEN = [403, 'InvalidClientTokenId'];

/** Each test has a world of its own: two tenants, a user and a role. */
export function eachWithARole(): void {
  beforeEach(async () => {
    world = new StsWorld();
    acme = await world.tenant('acme');
    other = await world.tenant('other');
    alice = await world.user(acme, 'alice');
    role = await world.role(acme, 'Backup', [userArn(acme.accountId, 'alice')]);
    arn = roleArn(acme.accountId, 'Backup');
  });
}
