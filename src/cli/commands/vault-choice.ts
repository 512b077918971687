import type { SnapshotChoice } from '../../vault/recovery/choose-snapshot.ts';
import type { Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { momentOf } from './moment.ts';

/** Which snapshot is meant: the newest by default. */
export const CHOICE_OPTIONS: readonly Row[] = [
  ['--snapshot <id>', 'which one (the newest)'],
  ['--at <time>', 'the newest that was not taken after, like 2026-11-20T03:00Z or 2026-11-20T04:00+01:00'],
  ['--source <name>', 'of which source; needed where the environment has snapshots of several'],
];

export function choiceOf(session: Session): SnapshotChoice {
  const { given } = session;
  const [snapshotId, source] = [given.optional('snapshot'), given.optional('source')];
  const atMs = momentOf(given, 'at');
  return {
    ...(snapshotId !== undefined && { snapshotId }),
    ...(atMs !== undefined && { atMs }),
    ...(source !== undefined && { source }),
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** `500`, `10k`, `1.5G`: bytes, in powers of 1024. @throws {CliError} */
export function sizeOf({ given }: Session, option: string): number | undefined {
  const text = given.optional(option);
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)([kmgt]?)$/i.exec(text);
  if (match) return Math.round(Number(match[1]) * (UNITS[(match[2] as string).toLowerCase()] as number));
  throw new CliError('usage', 'size-malformed', `"${text}" is no size`, `Write --${option} like 500, 10k or 1.5G.`);
}

/** A number from 1 on. @throws {CliError} */
export function countOf({ given }: Session, option: string, most: number): number | undefined {
  const text = given.optional(option);
  if (text === undefined) return undefined;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw new CliError(
    'usage',
    'count-malformed',
    `"${text}" is not a number from 1 to ${most}`,
    `Give another --${option}.`,
  );
}
