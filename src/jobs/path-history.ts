import type { Environment } from '../vault/environments/environment.ts';
import { isOfAnother, olderHistory, severalSources, type PathHistory } from '../vault/recovery/history.ts';
import type { Question } from '../vault/recovery/questions.ts';
import { problemOf } from '../vault/runs/run-problem.ts';
import type { RunEnd } from '../vault/runs/runner.ts';

type HistoryQuestion = Extract<Question, { kind: 'history' }>;

/**
 * Follows a path through the places that an environment has and had, newest first, as far back as is asked.
 *
 * @param places at least one
 */
export async function historyAcross(
  places: readonly Environment[],
  question: HistoryQuestion,
  ask: (place: Environment, question: HistoryQuestion) => Promise<RunEnd>,
): Promise<RunEnd> {
  let found: PathHistory | undefined;
  let end: RunEnd | undefined;
  for (const place of places) {
    const left = question.limit - (found?.states.length ?? 0);
    if (left <= 0 || found?.olderThan !== undefined) break;
    end = await ask(place, { ...question, limit: left });
    if (end.state === 'succeeded') {
      const next = end.report.answer as PathHistory;
      if (isOfAnother(found, next)) return { state: 'failed', problem: problemOf(severalSources()) };
      found = olderHistory(found, next);
    }
    // A place may have nothing of the source.
    else if (places.length < 2 || end.problem.code !== 'snapshot-missing') return end;
  }
  if (end === undefined) throw new TypeError('an environment is at one place at least');
  if (found === undefined) return end;
  const { olderThan, ...whole } = found;
  const oldest = found.states.at(-1)?.takenAt;
  // What is older at another place is found by asking again.
  const isFull = found.states.length >= question.limit && places.length > 1;
  const older = olderThan ?? (isFull ? oldest : undefined);
  const answer = { ...whole, ...(older !== undefined && { olderThan: older }) };
  return { state: 'succeeded', report: { heads: [], result: {}, answer } };
}
