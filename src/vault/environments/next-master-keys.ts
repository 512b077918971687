import { EnvironmentError } from './environment-error.ts';
import type { Encryption, Environment } from './environment.ts';
import { encryptionOf } from './new-environment.ts';
import { primaryOf, type MasterKeySettings } from './master-key-settings.ts';

type Named = Pick<MasterKeySettings, 'provider' | 'keyId'>;

/** Whether both lists name the same keys, in any order but for the first. */
export function isSameSet(a: readonly Named[], b: readonly Named[]): boolean {
  const names = (keys: readonly Named[]) => keys.map(({ provider, keyId }) => `${provider} ${keyId}`);
  const [first, ...rest] = names(a);
  const [otherFirst, ...otherRest] = names(b);
  return first === otherFirst && rest.toSorted().join('\n') === otherRest.toSorted().join('\n');
}

/** What an environment is encrypted by once these are its master keys. */
export function encryptionAfter(
  { encryption, masterKeys }: Pick<Environment, 'encryption' | 'masterKeys'>,
  next: readonly Named[],
): Encryption {
  const [before, after] = [primaryOf(masterKeys), primaryOf(next)];
  return before.keyId === after.keyId && before.provider === after.provider ? encryption : encryptionOf(after.provider);
}

/**
 * Says whether an environment may be moved to these master keys.
 *
 * @throws {EnvironmentError} `rewrap-pending`: it is on its way to others; `same-master-key`: they are its keys already
 */
export function requireMovable({ masterKeys, nextMasterKeys }: Environment, to: readonly Named[]): void {
  if (nextMasterKeys !== undefined) {
    if (isSameSet(nextMasterKeys, to)) return;
    const names = nextMasterKeys.map(({ keyId }) => keyId).join(', ');
    throw new EnvironmentError(
      'rewrap-pending',
      `This environment is on its way to the master key ${names}. Let that end first: ask for the same key again`,
    );
  }
  if (isSameSet(masterKeys, to)) {
    throw new EnvironmentError(
      'same-master-key',
      `The key ${primaryOf(to).keyId} is the master key already, and the further recipients are the same. Its own rotation needs nothing to be done here`,
    );
  }
}
