import type { Source } from '@keystead/sdk';
import { sourceBody, type NewSource, type SourceForm } from './source-form.ts';

/**
 * The command that does what the form says. Until the form says what is needed, an example stands for it.
 * A password is in no command: the command line takes it from PGPASSWORD.
 */
export function sourceCommand(environmentId: string, form: SourceForm, source?: Source): readonly string[] {
  const name = source?.name ?? (form.name.trim() || EXAMPLES[form.kind]);
  const verb = source === undefined ? 'create' : 'update';
  const { folder, postgres, schedule, limits, alertAfterHours } = sourceBody(form, source);
  return [
    'vault',
    'source',
    verb,
    environmentId,
    name,
    ...(folder === undefined ? [] : folderWords(folder)),
    ...(postgres === undefined ? [] : databaseWords(postgres)),
    // What the form has no more is taken away, and does not stay as it was.
    ...(source === undefined ? [] : ['--anew']),
    ...(schedule === undefined
      ? without('schedule', source?.schedule)
      : [...said('--cron', schedule.cron), ...said('--time-zone', form.timing.timeZone)]),
    ...(limits?.bytesPerSecond === undefined
      ? without('limit', source?.limits)
      : ['--limit', rateOf(limits.bytesPerSecond)]),
    ...(alertAfterHours === undefined
      ? without('alert', source?.alertAfterHours)
      : ['--alert-after', String(alertAfterHours)]),
  ];
}

const EXAMPLES = { folder: 'records', postgres: 'orders' } as const;

function folderWords(folder: NonNullable<NewSource['folder']>): readonly string[] {
  return [
    ...said('--folder', folder.path || '/srv/records'),
    ...each('--include', folder.include),
    ...each('--exclude', folder.exclude),
    ...(folder.oneFileSystem === true ? ['--one-file-system'] : []),
    ...(folder.skipCaches === true ? ['--skip-caches'] : []),
    ...each('--before', folder.before),
    ...each('--after', folder.after),
  ];
}

function databaseWords({ host, port, user, tls, databases }: NonNullable<NewSource['postgres']>): readonly string[] {
  return [
    ...said('--postgres', host || 'db.example.com'),
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(user === '' ? [] : said('--user', user)),
    ...(tls === undefined ? [] : ['--tls', tls]),
    ...each('--database', databases),
  ];
}

/** A value that begins like an option is joined to its own, or it would be taken for one. */
const said = (option: string, value: string): readonly string[] =>
  value.startsWith('-') ? [`${option}=${value}`] : [option, value];

const each = (option: string, values: readonly string[] = []): readonly string[] =>
  values.flatMap((value) => said(option, value));

const without = (what: string, present: unknown): readonly string[] =>
  present === undefined ? [] : [`--without-${what}`];

const rateOf = (bytesPerSecond: number): string => {
  const unit = RATES.find(([, bytes]) => bytesPerSecond % bytes === 0);
  return unit === undefined ? String(bytesPerSecond) : `${bytesPerSecond / unit[1]}${unit[0]}`;
};
const RATES = [
  ['MiB', 1024 * 1024],
  ['KiB', 1024],
] as const;
