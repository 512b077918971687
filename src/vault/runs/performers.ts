import type { Work } from './job.ts';
import type { Performer } from './performer.ts';
import { AGENT_QUESTIONS } from './performers/agent-questions.ts';
import { KEEPING } from './performers/keeping.ts';
import { BACKUP } from './performers/backup.ts';
import { INSPECT } from './performers/inspect.ts';
import { QUESTIONS } from './performers/questions.ts';
import { RESTORE } from './performers/restore.ts';
import { CAT } from './performers/cat.ts';
import { RESTORE_DATABASES } from './performers/restore-databases.ts';
import { REWRAP } from './performers/rewrap.ts';
import { SNAPSHOTS } from './performers/snapshots.ts';
import { VERIFY } from './performers/verify.ts';

/** One row for each kind of work. */
const PERFORMERS: { readonly [Kind in Work['kind']]: Performer<Kind> } = {
  ...KEEPING,
  backup: BACKUP,
  cat: CAT,
  inspect: INSPECT,
  restore: RESTORE,
  'restore-databases': RESTORE_DATABASES,
  rewrap: REWRAP,
  snapshots: SNAPSHOTS,
  verify: VERIFY,
  ...QUESTIONS,
  ...AGENT_QUESTIONS,
};

/** How a kind of work is done. */
export function performerOf(kind: Work['kind']): Performer<Work['kind']> {
  return PERFORMERS[kind] as Performer<Work['kind']>;
}
