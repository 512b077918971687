import { beforeEach, describe, expect, it } from 'vitest';
import { rootArn, roleArn, userArn } from '../../identity/arn.ts';
import { personOf } from '../../identity/person.ts';
import { issueAccessKey } from '../../identity/credential.ts';
import { putPrincipal, type Member } from '../../identity/principal.ts';
import type { Tenant } from '../../identity/tenant.ts';
import { StsWorld, type Keys } from './sts.fixture.ts';

let world: StsWorld;
let acme: Tenant;
let alice: { member: Member; keys: Keys };

beforeEach(async () => {
  world = new StsWorld();
  acme = await world.tenant('acme');
  alice = await world.user(acme, 'alice');
  await world.role(acme, 'First', [userArn(acme.accountId, 'alice'), rootArn(acme.accountId)]);
  await world.role(acme, 'Second', [roleArn(acme.accountId, 'First'), userArn(acme.accountId, 'bob')]);
});

const assume = async (keys: Keys, role: string) =>
  (await world.call(keys, 'AssumeRole', { RoleArn: roleArn(acme.accountId, role), RoleSessionName: 'one' })).keys();

async function person({ accessKeyId }: Keys): Promise<string> {
  const proof = await world.directory.byAccessKey(accessKeyId);
  if (proof === undefined) throw new TypeError('nobody is behind this key');
  return personOf(proof.principal).principalId;
}

describe('who is behind a credential', () => {
  it('is the same user in all access keys, sessions and roles, and in roles that these assumed', async () => {
    const another = await world.accessKey(acme, alice.member.id);
    const session = (await world.call(alice.keys, 'GetSessionToken')).keys();
    const first = await assume(alice.keys, 'First');
    const second = await assume(first, 'Second');
    for (const keys of [alice.keys, another, session, first, second]) expect(await person(keys)).toBe(alice.member.id);
  });

  it('is another one where another one opened the session, of the same role too', async () => {
    const bob = await world.user(acme, 'bob');
    const byAlice = await assume(await assume(alice.keys, 'First'), 'Second');
    const byBob = await assume(bob.keys, 'Second');
    expect([await person(byAlice), await person(byBob)]).toEqual([alice.member.id, bob.member.id]);
  });
});

describe('a session of a user that came to command', () => {
  it('has no more part in that than the access key that opened it', async () => {
    const { member } = alice;
    await world.commit(putPrincipal(acme, { ...member, policies: ['owner'], appointments: { owner: 1 } }).write);
    const newer = issueAccessKey(acme, member.id, undefined, world.clock(), world.random, {
      appointments: { owner: 1 },
    });
    await world.commit(newer.write);
    const signer = { accessKeyId: newer.credential.id, secretAccessKey: newer.secret.toString('ascii') };
    const sessions = [];
    for (const keys of [alice.keys, signer])
      sessions.push(
        (await world.call(keys, 'GetSessionToken')).keys(),
        (await world.call(keys, 'GetSessionToken')).keys(),
      );
    const withheld = [];
    for (const { accessKeyId } of [alice.keys, signer, ...sessions])
      withheld.push((await world.directory.byAccessKey(accessKeyId))?.principal.withheld);
    expect(withheld).toEqual([['owner'], undefined, ['owner'], ['owner'], undefined, undefined]);
  });
});
