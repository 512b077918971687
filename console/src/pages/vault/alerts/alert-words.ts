/** What people are told of, in words. */
export const ALERT_KINDS = [
  { kind: 'run-failed', name: 'A run failed' },
  { kind: 'run-incomplete', name: 'Some items could not be kept' },
  { kind: 'key-unavailable', name: 'The master key says no' },
  { kind: 'key-back', name: 'The master key is back' },
  { kind: 'key-pending-deletion', name: 'The master key is to be deleted' },
  { kind: 'verification-findings', name: 'A verification found something' },
  { kind: 'verification-good', name: 'A verification is good again' },
  { kind: 'backup-overdue', name: 'A backup is overdue' },
  { kind: 'backup-good', name: 'A backup is good again' },
  { kind: 'hold-release-asked', name: 'A release of a hold is asked for' },
  { kind: 'store-rolled-back', name: 'The store does not have what it had' },
] as const;

export function alertName(kind: string): string {
  if (kind === 'test') return 'A test';
  return ALERT_KINDS.find((row) => row.kind === kind)?.name ?? kind;
}
