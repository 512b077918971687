import { VaultError } from '../errors.ts';
import type { KeyPurpose } from '../master-keys/context.ts';
import { openByCreator, sealByCreator, type CreatorIdentity } from './signed-object.ts';
import type { WriterKey } from './writer-key.ts';

const NAME = /^retired\/([0-9a-f]{32})\.json$/;
const PURPOSES = ['data', 'metadata', 'dedupe'] as const;

/** A data key that is not to be relied on any more: docs/spec/backup-format.md section 13. */
export interface RetiredKey {
  readonly key: string;
  readonly purpose: KeyPurpose;
  readonly createdMs: number;
  /** What new snapshots take in its place; of a key with the purpose `dedupe`, and only there. */
  readonly successor: string | null;
}

export function retiredName(key: string): string {
  return `retired/${key}.json`;
}

/** The key in an object's name; `undefined` where it is no name of a retired key. */
export function parseRetiredName(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

export function sealRetired(retired: RetiredKey, vault: string, creator: WriterKey): Buffer {
  return sealByCreator('retired', vault, { ...retired }, creator);
}

/** Reads and verifies what was found under `name`. */
export function openRetired(name: string, bytes: Buffer, identity: CreatorIdentity): RetiredKey {
  const what = `The retired key ${name}`;
  const body = openByCreator('retired', what, bytes, ['createdMs', 'key', 'purpose', 'successor'], identity);
  const retired: RetiredKey = {
    key: body.hex('key', 16),
    purpose: body.oneOf('purpose', PURPOSES),
    createdMs: body.count('createdMs'),
    successor: body.hexOrNull('successor', 16),
  };
  if ((retired.successor !== null) !== (retired.purpose === 'dedupe')) {
    throw new VaultError('malformed', `${what} has a wrong successor`);
  }
  if (retiredName(retired.key) !== name) throw new VaultError('wrong-name', `${what} is another key`);
  return retired;
}
