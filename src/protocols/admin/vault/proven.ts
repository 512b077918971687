import Type from 'typebox';
import type { ProvenRestorable } from '../../../vault/check/check-level.ts';
import { named, TIMESTAMP, timestamp } from '../schema.ts';

/** A source whose newest snapshot was seen to be restorable. */
export const PROVEN = named('ProvenRestorable', {
  source: Type.String(),
  snapshotId: Type.String(),
  takenAt: TIMESTAMP,
  level: Type.String({ description: 'how it was seen: data or drill' }),
  provenAt: TIMESTAMP,
});

export function showProven({ takenMs, provenMs, ...rest }: ProvenRestorable) {
  return { ...rest, takenAt: timestamp(takenMs), provenAt: timestamp(provenMs) };
}
