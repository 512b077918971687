import { describe, expect, it } from 'vitest';
import { MasterKeyError, type MasterKeyFailure } from './master-key-error.ts';
import { masterKeyContract } from './master-key.contract.ts';
import { FixtureMasterKey } from './master-key.fixture.ts';

masterKeyContract('fixture', () => {
  const key = new FixtureMasterKey('a');
  const enter = (failure: MasterKeyFailure) => () => void (key.failure = failure);
  return {
    key,
    other: new FixtureMasterKey('b'),
    states: {
      disabled: enter('disabled'),
      'pending-deletion': enter('pending-deletion'),
      'material-missing': enter('material-missing'),
      denied: enter('denied'),
      throttled: enter('throttled'),
      unreachable: enter('unreachable'),
      deleted: enter('deleted'),
    },
    heal: () => void (key.failure = undefined),
  };
});

describe('MasterKeyError', () => {
  it('says which key, what happened, when, and what to do', () => {
    const error = new MasterKeyError('pending-deletion', 'arn:x', { deletionDateMs: 0 });
    expect(error.message).toBe(
      'The master key arn:x is scheduled for deletion on 1970-01-01T00:00:00.000Z. Cancel the deletion, then enable the key. ' +
        'When it is deleted, every backup that only it opens is lost for good.',
    );
    expect(error.transient).toBe(false);
    expect(new MasterKeyError('unreachable', 'arn:x').transient).toBe(true);
  });
});
