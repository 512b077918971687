import { describe, expect, it } from 'vitest';
import { VaultError } from '../errors.ts';
import { MasterKeyError, type MasterKeyFailure } from '../master-keys/master-key-error.ts';
import { crashed, problemOf } from './run-problem.ts';

describe('why a run ended', () => {
  it.each<[MasterKeyFailure, RegExp, RegExp]>([
    ['disabled', /is disabled/, /Enable it again.*nothing is lost while it is off/],
    ['pending-deletion', /scheduled for deletion on 2027-01-01/, /lost for good/],
    ['material-missing', /no key material/, /Import the same.*backups themselves are whole/],
    ['deleted', /does not exist any more/, /unreadable for good/],
    ['denied', /refused the call/, /key policy.*Nothing is wrong with the backups/],
    ['throttled', /too many calls/, /Try again.*Nothing is wrong/],
    ['unreachable', /could not be reached/, /Check the network.*Nothing is wrong/],
    ['wrong-context-or-tampered', /did not accept/, /alarm/],
  ])('says of a master key that is %s what happened, what it means and what to do', (code, what, then) => {
    const { code: kept, message } = problemOf(
      new MasterKeyError(code, 'arn:x', code === 'pending-deletion' ? { deletionDateMs: Date.UTC(2027, 0, 1) } : {}),
    );
    expect(kept).toBe(`master-key-${code}`);
    expect(message).toMatch(what);
    expect(message).toMatch(then);
  });

  it('takes over what the vault says', () => {
    expect(problemOf(new VaultError('target-full', 'There is no room'))).toMatchObject({
      code: 'target-full',
      message: expect.stringContaining('Free some space'),
    });
  });

  it('keeps the text of an unforeseen error to itself: nobody knows what is in it', () => {
    const problem = problemOf(Object.assign(new TypeError('the secret hunter2'), { code: 'EODD' }));
    expect(problem).toMatchObject({ code: 'internal', message: expect.stringContaining('TypeError EODD') });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('says how a process ended', () => {
    expect(crashed(null, 'SIGKILL').message).toContain('by SIGKILL');
    expect(crashed(7, null).message).toContain('with exit code 7');
    expect(crashed(null, null).message).toContain('exit code unknown');
  });
});
