import type { KeyUse } from '../../../audit/last-uses.ts';
import { andThen } from '../../../records/ports.ts';
import type { KeyLastUsageData, KeyLastUsageTrackingOperation } from '../model.gen.ts';
import { management } from './manage.ts';
import { seconds } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html */
export const getKeyLastUsage = management<'GetKeyLastUsage'>({
  action: 'kms:GetKeyLastUsage',
  notes: 'known at once; CloudTrailEventId names the entry in the audit log: docs/spec/audit-log.md, "Ids of entries"',
  run: ({ records }, { open: { key, recordId } }) =>
    andThen(records.usesKnownSinceMs(), (sinceMs) =>
      andThen(records.lastUse(key.tenantId, recordId), (use) => ({
        value: {
          KeyId: key.id,
          // A use of before it was made is that of a replica which its region had earlier.
          KeyLastUsage: use === undefined || use.atMs < key.createdAtMs ? {} : usageOf(use),
          TrackingStartDate: seconds(Math.max(sinceMs, key.createdAtMs)),
          KeyCreationDate: seconds(key.createdAtMs),
        },
      })),
    ),
});

function usageOf({ action, atMs, requestId, entryId }: KeyUse): KeyLastUsageData {
  return {
    // Both permissions of ReEncrypt are one operation.
    Operation: action.replace(/^kms:/, '').replace(/^(ReEncrypt)(?:From|To)$/, '$1') as KeyLastUsageTrackingOperation,
    Timestamp: seconds(atMs),
    CloudTrailEventId: entryId,
    KmsRequestId: requestId,
  };
}
