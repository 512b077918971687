/**
 * What a data key protects: the contents of files, what describes them, the secrets that dedupe them, or the pair that
 * writers without a master key encrypt to.
 */
export const KEY_PURPOSES = ['data', 'metadata', 'dedupe', 'pair'] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** Names one data key of one environment. None of it is secret, and none of it names a person or a path. */
export interface KeyContext {
  readonly tenant: string;
  readonly environment: string;
  readonly purpose: KeyPurpose;
  /** The data key's id: 32 lower-case hexadecimal digits. */
  readonly key: string;
}

/** The format that {@link encryptionContext} announces: docs/spec/backup-format.md. */
const BACKUP_FORMAT = '1';

/**
 * The encryption context of every call to a master key, so that a wrapped key cannot serve under another name and a
 * key policy can tell the purposes apart.
 */
export function encryptionContext(context: KeyContext): ReadonlyMap<string, string> {
  return new Map([
    ['keystead:environment', context.environment],
    ['keystead:format', BACKUP_FORMAT],
    ['keystead:key', context.key],
    ['keystead:purpose', context.purpose],
    ['keystead:tenant', context.tenant],
  ]);
}
