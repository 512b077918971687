import { resolve } from 'node:path';
import type { RestorePlan, PlanItem } from '../../vault/recovery/plan.ts';
import type { ConflictPolicy } from '../../vault/restore/places.ts';
import type { RestoreWork } from '../../vault/runs/job.ts';
import type { CliCommand, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import type { Column } from '../output.ts';
import { ask, restoreBody } from './vault-ask.ts';
import { CHOICE_OPTIONS, choiceOf } from './vault-choice.ts';
import { findEnvironment } from './vault-environment.ts';
import { ENVIRONMENT_OPTION } from './vault-look.ts';
import { isOffline, OFFLINE_OPTIONS, restoreOffline } from './vault-offline.ts';
import { DETACH, follow } from './vault-run.ts';
import { requireOne } from './vault-snapshots.ts';

const POLICIES: readonly ConflictPolicy[] = ['refuse', 'overwrite', 'keep', 'beside'];

const ITEMS: readonly Column<PlanItem>[] = [
  ['WHAT', ({ what }) => what],
  ['PATH', ({ path }) => path],
];

export const VAULT_RESTORE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault restore',
    summary: 'Restores a snapshot, or some of it, into a folder: on the server, or with --offline without any server',
    reach: 'remote',
    arguments: [['<destination>', 'a folder; on the server below one of its KEYSTEAD_SOURCE_ROOTS']],
    options: [
      ENVIRONMENT_OPTION,
      ['--plan', 'say what would be written, replaced and left, and what it needs; change nothing'],
      ...CHOICE_OPTIONS,
      ['--path <path...>', 'what to restore, from the root of the source (everything)'],
      ['--pattern <pattern...>', 'what to restore: *.pdf looks at names, "reports/**" at paths'],
      [
        '--conflict <policy>',
        'what becomes of files that are there and differ: overwrite, keep, beside, or refuse before anything is written (refuse)',
      ],
      ['--replace', 'the same as --conflict overwrite'],
      ['--rewrite-same', 'write also what is there with the same size, time and mode'],
      ['--skip-damaged', 'leave out files that are lost or changed in the store, and restore the others'],
      ...OFFLINE_OPTIONS,
      DETACH,
    ],
    examples: [
      'vault restore /srv/restored --environment production --plan',
      'vault restore /srv/restored --environment production --at 2026-11-20T03:00Z',
      'vault restore /srv/records --environment production --path reports/2026 --conflict beside',
      'vault restore ./restored --offline --vault /mnt/copy-of-the-vault',
    ],
    run: async (session) => {
      const work = workOf(session);
      if (session.given.flag('plan')) return await plan(session, work);
      if (isOffline(session)) return await restoreOffline(session, work);
      const name = requireOne(session, 'environment');
      const api = session.client();
      const { environmentId } = await findEnvironment(api, name);
      return await follow(session, api, await api.startRestore(environmentId, restoreBody(work)));
    },
  },
];

function workOf(session: Session): RestoreWork {
  const { given } = session;
  const [paths, patterns] = [given.list('path'), given.list('pattern')];
  const conflict = policyOf(session);
  return {
    snapshot: choiceOf(session),
    destination: resolve(given.text('destination')),
    ...(paths.length > 0 && { paths }),
    ...(patterns.length > 0 && { patterns }),
    ...(conflict && { conflict }),
    ...(given.flag('rewrite-same') && { rewriteSame: true }),
    ...(given.flag('skip-damaged') && { skipDamaged: true }),
  };
}

function policyOf({ given }: Session): ConflictPolicy | undefined {
  const text = given.optional('conflict');
  if (text === undefined) return given.flag('replace') ? 'overwrite' : undefined;
  const policy = POLICIES.find((known) => known === text);
  if (policy && !(given.flag('replace') && policy !== 'overwrite')) return policy;
  throw new CliError(
    'usage',
    'conflict-malformed',
    policy ? '--replace and --conflict say different things' : `"${text}" is no policy`,
    `Give --conflict one of ${POLICIES.join(', ')}.`,
  );
}

async function plan(session: Session, work: RestoreWork): Promise<ExitName> {
  const { output } = session;
  const { about, items, counts, ...facts } = await ask(session, { kind: 'plan', limit: 100, ...work });
  if (output.isJson) output.item({ about, counts, ...facts, items });
  else {
    output.item({ snapshot: about.snapshotId, takenAt: about.takenAt, source: about.source, ...counts, ...facts });
    if (items.length > 0) {
      output.note('');
      output.rows(items, ITEMS, '');
    }
    output.note(`\n${sentenceOf({ counts, ...facts })}`);
  }
  for (const { text } of about.findings) output.warn(text);
  return about.findings.length > 0 ? 'damaged' : 'ok';
}

function sentenceOf({
  isRefused,
  neededBytes,
  freeBytes,
}: Pick<RestorePlan, 'isRefused' | 'neededBytes' | 'freeBytes' | 'counts'>) {
  if (isRefused)
    return 'The restore would refuse, since the folder has other things: say --conflict overwrite, keep or beside.';
  if (neededBytes > freeBytes) return 'There is not enough free space: the restore would stop when the disk is full.';
  return 'Nothing was changed: the same command without --plan restores.';
}
