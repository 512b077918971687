import type { AnswerAbout } from '../../vault/recovery/questions.ts';
import type { Difference } from '../../vault/recovery/compare.ts';
import type { PathState } from '../../vault/recovery/history.ts';
import type { ShownEntry, ShownFind } from '../../vault/recovery/shown-entry.ts';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { Column } from '../output.ts';
import { momentOf } from './moment.ts';
import { ask } from './vault-ask.ts';
import { CHOICE_OPTIONS, choiceOf, countOf, sizeOf } from './vault-choice.ts';
import { OFFLINE_OPTIONS } from './vault-offline.ts';

export const ENVIRONMENT_OPTION: Row = ['--environment <name>', 'its label or id; or --offline'];
const LIMIT: Row = ['--limit <count>', 'how many at once, at most 1000 (100)'];
const AFTER: Row = ['--after <cursor>', 'go on behind what was shown, as the end of the output said'];
const WHERE: readonly Row[] = [ENVIRONMENT_OPTION, ...OFFLINE_OPTIONS];
const PAGE: readonly Row[] = [LIMIT, AFTER];

const ENTRY_COLUMNS: readonly Column<ShownEntry>[] = [
  ['MODE', ({ type, mode }) => `${{ file: '-', folder: 'd', link: 'l' }[type]}${mode}`],
  ['SIZE', ({ size, items }) => size ?? (items === undefined ? undefined : `${items} items`)],
  ['MODIFIED', ({ modifiedAt }) => modifiedAt],
];
const NAMED: readonly Column<ShownEntry>[] = [
  ...ENTRY_COLUMNS,
  [
    'NAME',
    ({ name, type, target }) => `${name}${type === 'folder' ? '/' : ''}${target === undefined ? '' : ` -> ${target}`}`,
  ],
];
const AT_PATH: readonly Column<ShownFind>[] = [...ENTRY_COLUMNS, ['PATH', ({ path }) => path]];
const STATES: readonly Column<PathState>[] = [
  ['TAKEN', ({ takenAt }) => takenAt],
  ['STATE', ({ state, reason }) => (reason === undefined ? state : `${state} (${reason})`)],
  ['SIZE', ({ entry }) => entry?.size],
  ['MODIFIED', ({ entry }) => entry?.modifiedAt],
  ['SNAPSHOT', ({ snapshotId }) => snapshotId],
];
const DIFFERENCES: readonly Column<Difference>[] = [
  ['WHAT', ({ kind, changes }) => (changes ? `${kind} (${changes.join(', ')})` : kind)],
  ['BEFORE', ({ sizeBefore }) => sizeBefore],
  ['AFTER', ({ sizeAfter }) => sizeAfter],
  ['PATH', ({ path, type }) => (type === 'folder' ? `${path}/` : path)],
];

/** Commands that look into snapshots and change nothing. */
export const VAULT_LOOK_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault ls',
    summary: 'Lists a folder of a snapshot',
    reach: 'remote',
    arguments: [['[path]', 'from the root of the source (the root)']],
    options: [...CHOICE_OPTIONS, ...PAGE, ...WHERE],
    examples: [
      'vault ls --environment production',
      'vault ls reports/2026 --environment production --at 2026-11-20T03:00Z',
      'vault ls --offline --vault /mnt/copy-of-the-vault',
    ],
    run: async (session) => {
      const path = Buffer.from(session.given.optional('path') ?? '');
      const answer = await ask(session, { kind: 'browse', snapshot: choiceOf(session), path, ...page(session) });
      session.output.rows(answer.entries, NAMED, 'The folder is empty.');
      return ended(session, answer.next, answer.about);
    },
  },
  {
    path: 'vault find',
    summary: 'Looks in a snapshot for files by name or path, size and time',
    reach: 'remote',
    arguments: [['[pattern]', '*.pdf looks at names, "reports/**" at paths from the root of the source (everything)']],
    options: [
      ['--below <path>', 'only what lies below this folder'],
      ['--type <type>', 'file, folder or link'],
      ['--min-size <bytes>', 'at least, like 500, 10k or 1.5G'],
      ['--max-size <bytes>', 'at most'],
      ['--modified-after <time>', 'like 2026-11-20 or 2026-11-20T03:00Z'],
      ['--modified-before <time>', 'likewise'],
      ...CHOICE_OPTIONS,
      ...PAGE,
      ...WHERE,
    ],
    examples: [
      'vault find "*.pdf" --environment production',
      'vault find "reports/**/january*" --min-size 1M --environment production',
    ],
    run: async (session) => {
      const { given } = session;
      const [pattern, below, type] = [given.optional('pattern'), given.optional('below'), typeOf(session)];
      const [minSize, maxSize] = [sizeOf(session, 'min-size'), sizeOf(session, 'max-size')];
      const [after, before] = [momentOf(given, 'modified-after'), momentOf(given, 'modified-before')];
      const answer = await ask(session, {
        kind: 'search',
        snapshot: choiceOf(session),
        ...(pattern !== undefined && { pattern }),
        ...(below !== undefined && { below: Buffer.from(below) }),
        ...(type !== undefined && { type }),
        ...(minSize !== undefined && { minSize }),
        ...(maxSize !== undefined && { maxSize }),
        ...(after !== undefined && { modifiedAfterMs: after }),
        ...(before !== undefined && { modifiedBeforeMs: before }),
        ...page(session),
      });
      session.output.rows(answer.found, AT_PATH, `None of ${answer.lookedAt} entries fits.`);
      return ended(session, answer.next, answer.about);
    },
  },
  {
    path: 'vault history',
    summary:
      'Follows one path through the snapshots of a source, newest first: when it changed, and when it was last there',
    reach: 'remote',
    arguments: [['<path>', 'from the root of the source']],
    options: [
      ['--source <name>', 'of which source; needed where the environment has snapshots of several'],
      ['--before <time>', 'only snapshots taken before'],
      ['--limit <count>', 'how many snapshots to look at, at most 365 (30): each asks the master key'],
      ...WHERE,
    ],
    examples: ['vault history reports/2026/january.pdf --environment production'],
    run: async (session) => {
      const { given, output } = session;
      const source = given.optional('source');
      const beforeMs = momentOf(given, 'before');
      const { states, olderThan } = await ask(session, {
        kind: 'history',
        path: Buffer.from(given.text('path')),
        limit: countOf(session, 'limit', 365) ?? 30,
        ...(source !== undefined && { source }),
        ...(beforeMs !== undefined && { beforeMs }),
      });
      output.rows(states, STATES, 'There is no snapshot of that source.');
      if (olderThan !== undefined) output.warn(`There are older snapshots: --before ${olderThan} shows them.`);
      return states.some(({ state }) => state === 'unreadable') ? 'damaged' : 'ok';
    },
  },
  {
    path: 'vault diff',
    summary: 'Says what was added, changed and deleted between two snapshots',
    reach: 'remote',
    options: [
      ['--from <id>', 'the earlier snapshot'],
      ['--from-at <time>', 'or the newest that was not taken after'],
      ['--below <path>', 'only what lies below this folder'],
      ...CHOICE_OPTIONS,
      ...PAGE,
      ...WHERE,
    ],
    examples: [
      'vault diff --from-at 2026-11-19T03:00Z --environment production',
      'vault diff --from-at 2026-11-01 --at 2026-11-20 --below reports --environment production --json',
    ],
    run: async (session) => {
      const { given, output } = session;
      const [snapshotId, atMs, source] = [given.optional('from'), momentOf(given, 'from-at'), given.optional('source')];
      if (snapshotId === undefined && atMs === undefined) {
        throw new CliError('usage', 'from-missing', 'there is nothing to compare with', 'Give --from or --from-at.');
      }
      const below = given.optional('below');
      const { differences, totals, next, about, before } = await ask(session, {
        kind: 'compare',
        before: {
          ...(snapshotId !== undefined && { snapshotId }),
          ...(atMs !== undefined && { atMs }),
          ...(source !== undefined && { source }),
        },
        snapshot: choiceOf(session),
        ...(below !== undefined && { below: Buffer.from(below) }),
        ...page(session),
      });
      output.rows(differences, DIFFERENCES, `Nothing has changed between ${before.takenAt} and ${about.takenAt}.`);
      output.note(
        `\n${totals.added} added (${totals.addedBytes} bytes), ${totals.changed} changed, ${totals.deleted} deleted (${totals.deletedBytes} bytes), from ${before.takenAt} to ${about.takenAt}.`,
      );
      return ended(session, next, about);
    },
  },
];

function page(session: Session) {
  const after = session.given.optional('after');
  return {
    limit: countOf(session, 'limit', 1000) ?? 100,
    ...(after !== undefined && { after: Buffer.from(after, 'base64') }),
  };
}

const TYPES = ['file', 'folder', 'link'] as const;

function typeOf({ given }: Session): (typeof TYPES)[number] | undefined {
  const text = given.optional('type');
  if (text === undefined) return undefined;
  const type = TYPES.find((known) => known === text);
  if (type) return type;
  throw new CliError('usage', 'type-malformed', `"${text}" is no type`, 'Give --type file, folder or link.');
}

/** Says which snapshot that was, that there is more, and what is wrong with the history it was chosen from. */
function ended(
  { output }: Session,
  next: string | undefined,
  { snapshotId, takenAt, findings }: AnswerAbout,
): ExitName {
  output.note(`\nSnapshot ${snapshotId}, taken ${takenAt}.`);
  if (next !== undefined) output.warn(`There is more: --after ${next} shows it.`);
  for (const { text } of findings) output.warn(text);
  return findings.length > 0 ? 'damaged' : 'ok';
}
