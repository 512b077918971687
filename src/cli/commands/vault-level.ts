import { CHECK_LEVEL_NAMES as NAMES, type CheckLevel } from '../../vault/check/check-level.ts';
import type { Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { countOf } from './vault-choice.ts';

/** The level of that name. @throws {CliError} */
export function levelNamed(text: string): CheckLevel {
  const level = NAMES.find((name) => name === text);
  if (level) return level;
  throw new CliError('usage', 'level-malformed', `"${text}" is no level`, `Say one of ${NAMES.join(', ')}.`);
}

export const LEVEL_OPTIONS: readonly Row[] = [
  [
    '--level <level>',
    'list (names, chains), hashes (every object as its name and signature say; asks no key), structure (keys, trees, packs are there), sample, data (every byte), drill (every envelope is opened by each recipient, files are read back) (structure)',
  ],
  ['--percent <percent>', 'how much of the packs the level sample reads (5)'],
  ['--data', 'the same as --level data'],
];

/** @throws {CliError} */
export function levelOf(session: Session): { readonly level: CheckLevel; readonly samplePercent?: number } {
  const { given } = session;
  const text = given.optional('level') ?? (given.flag('data') ? 'data' : 'structure');
  const samplePercent = countOf(session, 'percent', 100);
  const level = levelNamed(text);
  if (samplePercent === undefined || level === 'sample') {
    return { level, ...(samplePercent !== undefined && { samplePercent }) };
  }
  throw new CliError(
    'usage',
    'level-malformed',
    '--percent is for the level sample alone',
    'Leave it out, or give --level sample.',
  );
}
