import type { Environment } from './environment.ts';
import type { MasterKeySettings } from './master-key-settings.ts';

/** Gives environments the right to use keys of this installation, by the word of who saves them. */
export interface KeyRights {
  /** The ARN of a key that is named by its id, an alias, an ARN or an alias ARN. @throws {KeyError} there is none */
  readonly arnOf: (name: string, region: string) => Promise<string>;
  /** Makes the key that the operator keeps for an environment, and lets it use that. Answers its ARN. */
  readonly keepOperatorKey: (environment: Pick<Environment, 'id' | 'label'>, region: string) => Promise<string>;
  /** @throws {KeyError} {@link AccessDeniedError} who saves it may not make grants on the key */
  readonly letUse: (environment: Pick<Environment, 'id' | 'label'>, keyArn: string) => Promise<void>;
  readonly letGo: (environmentId: string, keyArn: string) => Promise<void>;
}

/**
 * Does what needs the rights to an environment's keys of this installation. Where it fails, those that were given for it
 * are taken back; `for-a-look`, in any case.
 *
 * @param before the master keys that the environment has already
 */
export async function withRights<T>(
  rights: KeyRights,
  environment: Pick<Environment, 'id' | 'label' | 'encryption' | 'masterKeys'>,
  before: readonly MasterKeySettings[],
  work: () => Promise<T>,
  stay: 'if-it-works' | 'for-a-look' = 'if-it-works',
): Promise<T> {
  const had = new Set(before.filter(isOwn).map(({ keyId }) => keyId));
  const added = environment.masterKeys.filter((key) => isOwn(key) && !had.has(key.keyId));
  const given: string[] = [];
  // What cannot be taken back now is harmless: an environment that was never kept asks for nothing.
  const takeBack = () => Promise.allSettled(given.map((keyId) => rights.letGo(environment.id, keyId)));
  try {
    const [primary] = environment.masterKeys;
    for (const { keyId } of added) {
      // The operator's own was made with the right to it, and is nobody else's to give.
      const isOperators = environment.encryption === 'AES-256' && keyId === primary?.keyId;
      if (!isOperators) await rights.letUse(environment, keyId);
      given.push(keyId);
    }
    const done = await work();
    if (stay === 'for-a-look') await takeBack();
    return done;
  } catch (error) {
    await takeBack();
    throw error;
  }
}

function isOwn({ provider }: MasterKeySettings): boolean {
  return provider === 'keystead';
}
