import Type, { type Static } from 'typebox';
import type { SnapshotChoice } from '../../../vault/recovery/choose-snapshot.ts';
import { closed } from '../schema.ts';

const CHOICE = {
  snapshotId: Type.Optional(
    Type.String({ pattern: '^[0-9a-f]{32}-[0-9]{10}$', description: 'by default the newest, or what `at` says' }),
  ),
  at: Type.Optional(
    Type.String({ format: 'date-time', description: 'the newest that was not taken after; RFC 3339 with its offset' }),
  ),
  source: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'name of the source; needed where there are several' }),
  ),
};

/** Which snapshot is meant. */
export const SNAPSHOT_CHOICE = CHOICE;

const SCHEMA = closed(CHOICE);

/** Brings the choice to the form that the vault takes. */
export function choiceFrom({ snapshotId, at, source }: Static<typeof SCHEMA>): SnapshotChoice {
  return {
    ...(snapshotId !== undefined && { snapshotId }),
    ...(at !== undefined && { atMs: Date.parse(at) }),
    ...(source !== undefined && { source }),
  };
}
