import type { AgentAnswers, AgentQuestion } from '../../agents/questions.ts';
import { DESCRIPTOR_NAME } from '../../format/descriptor.ts';
import { MAX_JSON_OBJECT_LENGTH } from '../../format/format.ts';
import { enrolWriter } from '../../further-writers.ts';
import type { KnownHead } from '../../index-cache.ts';
import { letWriterGo } from '../../keeping/let-writer-go.ts';
import { inForce } from '../../keeping/sync-holds.ts';
import type { Repository } from '../../repository.ts';
import { listSnapshots } from '../../snapshots.ts';
import { adopt } from '../../write-only/adopt.ts';
import { ensurePair } from '../../write-only/pairs.ts';
import { proveMasterKey, wordFor } from '../../write-only/word.ts';
import type { Job } from '../job.ts';
import type { Performer, Watch } from '../performer.ts';

type Asked<Kind extends AgentQuestion['kind']> = Extract<AgentQuestion, { kind: Kind }>;

interface Answered<Kind extends AgentQuestion['kind']> {
  readonly answer: AgentAnswers[Kind];
  /** Heads that were learnt. */
  readonly heads?: readonly KnownHead[];
}

function question<Kind extends AgentQuestion['kind']>(
  traits: Pick<Performer<Kind>, 'signs' | 'makesVault'>,
  work: (repository: Repository, asked: Asked<Kind>, job: Job, watch: Watch) => Promise<Answered<Kind>>,
): Performer<Kind> {
  return {
    ...traits,
    run: async (repository, asked, job, watch) => {
      const { answer, heads = job.heads } = await work(repository, asked as unknown as Asked<Kind>, job, watch);
      return { heads, result: {}, answer };
    },
  };
}

/** What the server does for hosts that may only write: one process each, and no key outlives its answer. */
export const AGENT_QUESTIONS: { readonly [Kind in AgentQuestion['kind']]: Performer<Kind> } = {
  'enrol-writer': question({ signs: true, makesVault: true }, async (repository, { publicKey }) => {
    const { pair, bytes } = await ensurePair(repository);
    await enrolWriter(repository, Buffer.from(publicKey));
    const descriptor = await repository.target.get(DESCRIPTOR_NAME, MAX_JSON_OBJECT_LENGTH);
    return { answer: { creator: repository.descriptor.creator, descriptor, pair: bytes, pairId: pair.key } };
  }),
  'revoke-writer': question(
    { signs: true },
    async (repository, { writer, through, keeping }, { heads: knownHeads }) => {
      const wanted = { ...(through !== undefined && { through }), holds: inForce(keeping.holds) };
      const { heads, ...done } = await letWriterGo({ repository, writer, knownHeads, ...wanted });
      return { answer: { through: done.through, discounted: done.discounted }, heads };
    },
  ),
  'prove-master-key': question({ signs: false }, async (repository) => {
    await proveMasterKey(repository);
    return { answer: { nowMs: repository.clock.nowMs() } };
  }),
  'writer-word': question({ signs: false }, async (repository, { writer }, { heads }) => ({
    answer: await wordFor(repository, writer, heads),
  })),
  adopt: question({ signs: true }, async (repository, { writer }, { heads: known }, { signal }) => {
    const report = await adopt(repository, known, signal);
    const { heads } = await listSnapshots(repository, known);
    const head = heads.find((one) => one.writer === writer);
    return { answer: { ...report, ...(head && { head }) }, heads };
  }),
};
