import { describe, expect, it } from 'vitest';
import { evaluate } from '../access/evaluate.ts';
import { parsePolicy } from '../access/policy.ts';
import type { Principal } from '../identity/principal.ts';
import { GENERATED } from '../keys/key-space.fixture.ts';
import { OpenKey } from '../keys/open-key.ts';
import {
  arnOf,
  pipeline,
  call,
  act,
  target,
  principal,
  open,
  key,
  space,
  ACCOUNT,
  eachWithAKey,
} from './execute.fixture.ts';

eachWithAKey();

describe('decisions are remembered', () => {
  const denying = JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*' } });
  const asked = (who: Principal, of: OpenKey, action = 'kms:Encrypt', resource = arnOf(of.key)) =>
    pipeline
      .execute({ ...call, principal: who }, act({ value: 'done' }, { targets: [{ ...target(action, of), resource }] }))
      .catch((error: Error) => error.name);

  it('for one revision of the key', async () => {
    expect(await asked(principal, open)).toBe('done');
    const shut = { ...key, revision: 2, accessPolicy: denying };
    expect(await asked(principal, new OpenKey(shut, space))).toBe('AccessDeniedError');
    expect(await asked(principal, open)).toBe('done');
  });

  it('for one revision of the principal, one action and one resource', async () => {
    const onlyHere = parsePolicy(
      JSON.stringify({ Statement: { Effect: 'Allow', Action: 'kms:Encrypt', Resource: arnOf(key) } }),
      'identity',
    );
    const account = `arn:aws:iam::${ACCOUNT}:root`;
    const delegating = new OpenKey(
      { ...key, accessPolicy: GENERATED.accessPolicy.replace('"*"', `{"AWS":"${account}"}`) },
      space,
    );
    const before = { ...principal, policies: [onlyHere] };
    const after = { ...principal, policies: [], cacheKey: 'alice-id@2' };
    expect(await asked(before, delegating)).toBe('done');
    expect(await asked(before, delegating, 'kms:Decrypt')).toBe('AccessDeniedError');
    expect(await asked(before, delegating, 'kms:Encrypt', 'arn:aws:kms:other')).toBe('AccessDeniedError');
    expect(await asked(after, delegating)).toBe('AccessDeniedError');
    expect(await asked(before, delegating)).toBe('done');
    expect(delegating.decisions.size).toBe(4);
  });

  it.each<[string, object, boolean]>([
    ['of the key', { StringEquals: { 'kms:KeyRing': 'default', 'kms:KeySpec': 'SYMMETRIC_DEFAULT' } }, true],
    ['of the request', { StringEquals: { 'kms:CallerAccount': ACCOUNT } }, false],
    ['of both', { StringEquals: { 'kms:KeyRing': 'default', 'kms:CallerAccount': ACCOUNT } }, false],
    ['of the time', { DateLessThan: { 'aws:CurrentTime': '2099-01-01T00:00:00Z' } }, false],
    ['that the key does not have', { Null: { 'kms:MultiRegionKeyType': 'true' } }, false],
  ])('where a condition asks for what is %s: %j', async (_, Condition, isRemembered) => {
    const Statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*', Condition };
    const conditional = new OpenKey({ ...key, accessPolicy: JSON.stringify({ Statement }) }, space);
    expect(await asked(principal, conditional)).toBe('done');
    expect(conditional.decisions.size).toBe(isRemembered ? 1 : 0);
    const moved = new OpenKey({ ...conditional.key, revision: 2, keyRing: 'elsewhere' }, space);
    expect(await asked(principal, moved)).toBe(
      'kms:KeyRing' in (Object.values(Condition)[0] as object) ? 'AccessDeniedError' : 'done',
    );
  });

  it('are what the evaluator says, and are bounded', async () => {
    for (let i = 0; i < 150; i++) await asked({ ...principal, cacheKey: `p${i}@1` }, open);
    expect(open.decisions.size).toBe(128);
    const says = evaluate({
      subject: principal,
      action: 'kms:Encrypt',
      resource: arnOf(key),
      key: { accountId: ACCOUNT, policy: open.accessPolicy },
    });
    expect([...open.decisions.values()].every((decision) => decision.reason === says.reason)).toBe(true);
  });
});
