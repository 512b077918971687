import { browse } from '../../recovery/browse.ts';
import { chooseSnapshot, type SnapshotChoice } from '../../recovery/choose-snapshot.ts';
import { compare, type Side } from '../../recovery/compare.ts';
import { history } from '../../recovery/history.ts';
import { openSnapshot, type OpenSnapshot } from '../../recovery/open-snapshot.ts';
import { planRestore } from '../../recovery/plan.ts';
import { keyOutlook } from '../../recovery/key-outlook.ts';
import type { AnswerAbout, AnswerOf, Question } from '../../recovery/questions.ts';
import { ContentReader } from '../../recovery/same-content.ts';
import { search } from '../../recovery/search.ts';
import type { KeyRing } from '../../key-ring.ts';
import type { Repository } from '../../repository.ts';
import type { Job } from '../job.ts';
import type { Performer, Watch } from '../performer.ts';
import { requestOf } from './restore.ts';

interface Open extends OpenSnapshot {
  readonly about: AnswerAbout;
  readonly ring: KeyRing;
}

/** Opens the snapshot that is meant, does something with it, and lets go of its keys. */
async function withSnapshot<T>(
  repository: Repository,
  choice: SnapshotChoice,
  { heads }: Pick<Job, 'heads'>,
  { signal }: Watch,
  work: (snapshot: Open) => Promise<T>,
): Promise<T> {
  const chosen = await chooseSnapshot(repository, choice, heads);
  const ring = repository.keyRing();
  try {
    const snapshot = await openSnapshot(repository, ring, chosen.snapshotId, signal);
    const findings = chosen.findings.map(({ code, snapshot: subject, text }) => ({ code, subject, text }));
    const { source } = snapshot.body;
    const takenAt = new Date(chosen.takenMs).toISOString();
    return await work({ ...snapshot, about: { snapshotId: chosen.snapshotId, takenAt, source, findings }, ring });
  } finally {
    ring.drop();
  }
}

type Asked<Kind extends Question['kind']> = Extract<Question, { kind: Kind }>;

function question<Kind extends Question['kind']>(
  answer: (repository: Repository, asked: Asked<Kind>, job: Job, watch: Watch) => Promise<AnswerOf<Kind>>,
): Performer<Kind> {
  return {
    signs: false,
    run: async (repository, work, job, watch) => ({
      heads: job.heads,
      result: {},
      answer: await answer(repository, work as unknown as Asked<Kind>, job, watch),
    }),
  };
}

/** Questions about snapshots: one process each, and no key outlives its answer. */
export const QUESTIONS: { readonly [Kind in Question['kind']]: Performer<Kind> } = {
  'key-outlook': question((repository, { keyId }, { heads: knownHeads }, { signal }) =>
    keyOutlook(repository, { keyId, knownHeads, signal }),
  ),
  browse: question((repository, asked, job, watch) =>
    withSnapshot(repository, asked.snapshot, job, watch, async (snapshot) => ({
      about: snapshot.about,
      ...(await browse(snapshot, asked)),
    })),
  ),
  search: question((repository, asked, job, watch) =>
    withSnapshot(repository, asked.snapshot, job, watch, async (snapshot) => ({
      about: snapshot.about,
      ...(await search(snapshot, asked)),
    })),
  ),
  plan: question((repository, asked, job, watch) =>
    withSnapshot(repository, asked.snapshot, job, watch, async (snapshot) => ({
      about: snapshot.about,
      ...(await planRestore(snapshot, snapshot.ring, requestOf(asked), asked.limit)),
    })),
  ),
  history: question((repository, asked, { heads: knownHeads }, { signal }) =>
    history(repository, { ...asked, signal, knownHeads }),
  ),
  compare: question((repository, asked, job, watch) => {
    const side = (of: Repository, snapshot: Open): Side => ({
      snapshot,
      content: new ContentReader(of, snapshot.ring, snapshot),
    });
    // The earlier one may lie at a place that the environment has left: in another vault.
    const beside = watch.before ?? (<T>(use: (same: Repository) => Promise<T>) => use(repository));
    return beside((other) =>
      withSnapshot(other, asked.before, job.before ?? job, watch, (old) =>
        withSnapshot(repository, asked.snapshot, job, watch, async (now) => {
          const found = await compare(side(other, old), side(repository, now), asked);
          return { before: old.about, about: now.about, ...found };
        }),
      ),
    );
  }),
};
