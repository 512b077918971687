import type { EnvironmentIdentity } from '../format/descriptor.ts';
import type { Environment, FormerStorage } from './environment.ts';
import type { MasterKeySettings } from './master-key-settings.ts';

/** Gives environments the right to use keys of this installation, by the word of who saves them. */
export interface KeyRights {
  /** The ARN of a key that is named by its id, an alias, an ARN or an alias ARN. @throws {KeyError} there is none */
  readonly arnOf: (name: string, region: string) => Promise<string>;
  /** The ARN of a key of the own tenant that bears this id, alias or ARN; `undefined`: there is none. */
  readonly ownKeyNamed: (name: string, region: string) => Promise<string | undefined>;
  /** Makes the key that the operator keeps for an environment, and lets it use that. Answers its ARN. */
  readonly keepOperatorKey: (environment: Pick<Environment, 'id' | 'label'>, region: string) => Promise<string>;
  /** Takes it back, where the environment came to nothing. */
  readonly dropOperatorKey: (environmentId: string, keyArn: string) => Promise<void>;
  /**
   * `identity`: whose vault is to be opened, where that is another's than the environment's own.
   *
   * @throws {KeyError} {@link AccessDeniedError} who saves it may not make grants on the key
   */
  readonly letUse: (
    environment: Pick<Environment, 'id' | 'label'>,
    keyArn: string,
    identity?: EnvironmentIdentity,
  ) => Promise<void>;
  readonly letGo: (environmentId: string, keyArn: string) => Promise<void>;
}

/**
 * Does what needs the rights to an environment's keys of this installation. Where it fails, those that were given for it
 * are taken back; `for-a-look`, in any case. A key that the environment needs already, at whichever of its places, or is
 * on its way to, is never taken back.
 *
 * @param before the environment as it is; absent: it is new
 */
export async function withRights<T>(
  rights: KeyRights,
  environment: Pick<Environment, 'id' | 'label' | 'encryption' | 'masterKeys'>,
  before: Keyed | undefined,
  work: () => Promise<T>,
  stay: 'if-it-works' | 'for-a-look' = 'if-it-works',
): Promise<T> {
  const had = new Set(before?.masterKeys.filter(isOwn).map(({ keyId }) => keyId));
  const needed = before ? ownKeys(before) : new Set<string>();
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
      if (!needed.has(keyId)) given.push(keyId);
    }
    const done = await work();
    if (stay === 'for-a-look') await takeBack();
    return done;
  } catch (error) {
    await takeBack();
    throw error;
  }
}

/**
 * Takes back all rights of an environment that is not kept after all, and the key that the operator would have kept for
 * it. What cannot be taken back now is harmless: an environment that was never kept asks for nothing.
 */
export async function takeBackRights(
  rights: KeyRights,
  { id, encryption, masterKeys }: Pick<Environment, 'id' | 'encryption' | 'masterKeys'>,
): Promise<void> {
  const back = masterKeys
    .filter(isOwn)
    .map(({ keyId }, index) =>
      encryption === 'AES-256' && index === 0 ? rights.dropOperatorKey(id, keyId) : rights.letGo(id, keyId),
    );
  await Promise.allSettled(back);
}

/** What an environment needs keys for. */
export type Keyed = Pick<Environment, 'masterKeys' | 'nextMasterKeys' | 'formerStorages'>;

/** The keys of this installation that an environment needs, at whichever of its places. */
export function ownKeys({ masterKeys, nextMasterKeys = [], formerStorages }: Keyed): Set<string> {
  const former = formerStorages.flatMap((place) => [...place.masterKeys, ...(place.nextMasterKeys ?? [])]);
  const all = [...masterKeys, ...nextMasterKeys, ...former];
  return new Set(all.filter(isOwn).map(({ keyId }) => keyId));
}

/** Lets an environment open a vault that was made as another's: its data keys are bound to the name of that one. */
export async function letOpenImported(
  rights: KeyRights,
  environment: Pick<Environment, 'id' | 'label'>,
  { masterKeys, identity }: Pick<FormerStorage, 'masterKeys' | 'identity'>,
): Promise<void> {
  if (identity === undefined) return;
  for (const { keyId } of masterKeys.filter(isOwn)) await rights.letUse(environment, keyId, identity);
}

function isOwn({ provider }: MasterKeySettings): boolean {
  return provider === 'keystead';
}
