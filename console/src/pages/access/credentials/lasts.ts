const DAY_MS = 86_400_000;

/** How long a new credential can be given. */
export const LASTS = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: 'never', label: 'until somebody takes it back' },
];

/** When it ends; undefined: not by itself. */
export function endOf(days: string): string | undefined {
  return days === 'never' ? undefined : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
}
