import type { Snapshots } from '@keystead/sdk';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';

/** Lists snapshots, and says on standard error what is not as it was left. */
export function showSnapshots({ output }: Session, { snapshots, findings }: Snapshots): ExitName {
  output.rows(
    snapshots,
    [
      ['SNAPSHOT', ({ snapshotId }) => snapshotId],
      ['CREATED', ({ createdAt }) => createdAt],
      ['SOURCE', ({ source }) => source],
      ['PARENT', ({ parent }) => parent],
      ['OPENED BY WHEN TAKEN', ({ recipients }) => recipients?.map(nameOf).join(', ')],
    ],
    'There is no snapshot yet.',
  );
  for (const { text } of findings) output.warn(text);
  return findings.length > 0 ? 'damaged' : 'ok';
}

/** A pair is the vault's own: whoever opens the vault opens it. */
function nameOf({ provider, keyId }: { readonly provider: string; readonly keyId: string }): string {
  return provider === 'pair' ? `whoever opens the vault (pair ${keyId})` : keyId;
}

/** An option that only one of the two ways needs. @throws {CliError} */
export function requireOne({ given }: Session, option: string): string {
  const value = given.optional(option);
  if (value !== undefined) return value;
  throw new CliError(
    'usage',
    `${option}-missing`,
    `--${option} is missing`,
    `Give it, or see --help for the other way.`,
  );
}
