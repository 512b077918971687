import type { KeysteadClient, Snapshots } from '@keystead/sdk';
import type { Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { findEnvironment } from './vault-environment.ts';

type Snapshot = Snapshots['snapshots'][number];

const KEPT_COLUMNS: readonly Column<Snapshot>[] = [
  ['SNAPSHOT', ({ snapshotId }) => snapshotId],
  ['SOURCE', ({ source }) => source],
  ['CREATED', ({ createdAt }) => createdAt],
  ['KEPT BY', ({ keptBy }) => keptBy?.join(', ')],
  ['EXPIRES ABOUT', ({ expiresAt }) => expiresAt],
  ['DELETED AT', ({ deletedAt }) => deletedAt],
];

/** Snapshots with what keeps each, and until when. */
export function showKept({ output }: Session, { snapshots, withoutKey }: Snapshots, none: string): void {
  output.rows(snapshots, KEPT_COLUMNS, `There is ${none}.`);
  if (withoutKey) {
    output.warn(`What keeps each, and until when, could not be told without the master key. ${withoutKey.message}`);
  }
}

/** @throws {CliError} */
export function numberOf({ given }: Session, option: string): number | undefined {
  const text = given.optional(option);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError('usage', 'count-malformed', `"${text}" is not a number`, `Give another --${option}.`);
}

/** The environment that the argument names. @throws {CliError} */
export async function foundEnvironment(
  session: Session,
): Promise<{ readonly api: KeysteadClient; readonly environmentId: string }> {
  const api = session.client();
  return { api, environmentId: (await findEnvironment(api, session.given.text('environment'))).environmentId };
}
