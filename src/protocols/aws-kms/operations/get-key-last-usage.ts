import type { KeyUse } from '../../../audit/last-uses.ts';
import { lastUseOf } from '../../../pipeline/last-use.ts';
import { andThen } from '../../../records/ports.ts';
import type { KeyLastUsageData, KeyLastUsageTrackingOperation } from '../model.gen.ts';
import { management } from './manage.ts';
import { seconds } from './words.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html */
export const getKeyLastUsage = management<'GetKeyLastUsage'>({
  action: 'kms:GetKeyLastUsage',
  notes: 'known at once; CloudTrailEventId names the entry in the audit log: docs/spec/audit-log.md, "Ids of entries"',
  run: ({ records }, { open }) =>
    andThen(records.usesKnownSinceMs(), (sinceMs) =>
      andThen(lastUseOf(records, open), (use) => ({
        value: {
          KeyId: open.key.id,
          KeyLastUsage: use === undefined ? {} : usageOf(use),
          TrackingStartDate: seconds(Math.max(sinceMs, open.key.createdAtMs)),
          KeyCreationDate: seconds(open.key.createdAtMs),
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
