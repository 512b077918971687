const FILTERS = ['from', 'to', 'principal', 'action', 'key', 'outcome', 'request', 'text'] as const;

/** Filters of the audit log. */
type Wanted = { readonly [Name in (typeof FILTERS)[number]]?: string };

const installation = (log: string): readonly string[] => (log === 'installation' ? ['--installation'] : []);

/** What one does with the audit log. */
export const AUDIT_COMMANDS = {
  entries: (log: string, wanted: Wanted | string) => [
    'audit',
    'entries',
    ...installation(log),
    ...(typeof wanted === 'string'
      ? ['--key', wanted]
      : FILTERS.flatMap((name) => (wanted[name] === undefined ? [] : [`--${name}`, wanted[name]]))),
  ],
  entry: (log: string, index: string) => ['audit', 'entry', index, ...installation(log)],
  prove: (log: string, index: string) => ['audit', 'prove', index, ...installation(log)],
  checkpoint: (log: string) => ['audit', 'checkpoint', ...installation(log)],
  download: (log: string, format: string, from: string, to: string) => [
    'audit',
    'download',
    ...installation(log),
    '--format',
    format,
    '--from',
    from,
    '--to',
    to,
  ],
  verify: () => ['audit', 'verify'],
} as const;
