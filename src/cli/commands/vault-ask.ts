import type { KeysteadClient } from '@keystead/sdk';
import type { AnswerOf, Question } from '../../vault/recovery/questions.ts';
import type { SnapshotChoice } from '../../vault/recovery/choose-snapshot.ts';
import type { RestoreWork } from '../../vault/runs/job.ts';
import type { Session } from '../command.ts';
import { findEnvironment } from './vault-environment.ts';
import { isOffline, askOffline } from './vault-offline.ts';
import { requireOne } from './vault-snapshots.ts';

type Asked<Kind extends Question['kind']> = Extract<Question, { kind: Kind }>;
type Ask<Kind extends Question['kind']> = (
  api: KeysteadClient,
  environmentId: string,
  question: Asked<Kind>,
) => Promise<object>;

/** How each question is put to a server: the same that is asked offline, in the API's words. */
const REMOTE: { readonly [Kind in Question['kind']]: Ask<Kind> } = {
  browse: (api, id, { snapshot, path, ...page }) =>
    api.browseSnapshot(id, { ...choiceBody(snapshot), pathBytes: base64(path), ...pageBody(page) }),
  search: (api, id, { snapshot, below, modifiedAfterMs, modifiedBeforeMs, after, limit, ...query }) =>
    api.searchSnapshot(id, {
      ...choiceBody(snapshot),
      pattern: query.pattern,
      type: query.type,
      minSize: query.minSize,
      maxSize: query.maxSize,
      ...(below && { below: Buffer.from(below).toString('utf8') }),
      ...(modifiedAfterMs !== undefined && { modifiedAfter: iso(modifiedAfterMs) }),
      ...(modifiedBeforeMs !== undefined && { modifiedBefore: iso(modifiedBeforeMs) }),
      ...pageBody({ limit, ...(after && { after }) }),
    }),
  'key-outlook': (api, id, { keyId }) => api.lookAheadOfKey(id, { keyId }),
  history: (api, id, { path, source, beforeMs, limit }) =>
    api.getPathHistory(id, {
      pathBytes: base64(path),
      limit,
      ...(source !== undefined && { source }),
      ...(beforeMs !== undefined && { before: iso(beforeMs) }),
    }),
  compare: (api, id, { before, snapshot, below, ...page }) =>
    api.compareSnapshots(id, {
      ...choiceBody(snapshot),
      ...(before.snapshotId !== undefined && { beforeSnapshotId: before.snapshotId }),
      ...(before.atMs !== undefined && { beforeAt: iso(before.atMs) }),
      ...(below && { below: Buffer.from(below).toString('utf8') }),
      ...pageBody(page),
    }),
  plan: (api, id, { limit, ...work }) => api.planRestore(id, { ...restoreBody(work), limit }),
};

/** Asks a server, or with `--offline` the vault itself. */
export async function ask<Kind extends Question['kind']>(
  session: Session,
  question: Asked<Kind>,
): Promise<AnswerOf<Kind>> {
  if (isOffline(session)) return (await askOffline(session, question)) as AnswerOf<Kind>;
  const name = requireOne(session, 'environment');
  const api = session.client();
  const { environmentId } = await findEnvironment(api, name);
  // What JSON does not have is absent, though the client's types allow it to be undefined.
  return (await (REMOTE[question.kind] as Ask<Kind>)(api, environmentId, question)) as AnswerOf<Kind>;
}

/** What the API takes as the choice of a snapshot. */
export function choiceBody({ snapshotId, atMs, source }: SnapshotChoice) {
  return {
    ...(snapshotId !== undefined && { snapshotId }),
    ...(atMs !== undefined && { at: iso(atMs) }),
    ...(source !== undefined && { source }),
  };
}

/** What the API takes as a restore. */
export function restoreBody(work: RestoreWork) {
  const { snapshot, destination, paths, patterns, conflict, rewriteSame, skipDamaged } = work;
  return {
    ...choiceBody(snapshot),
    destination,
    ...(paths && { paths: [...paths] }),
    ...(patterns && { patterns: [...patterns] }),
    conflict,
    rewriteSame,
    skipDamaged,
  };
}

function pageBody({ after, limit }: { readonly after?: Uint8Array; readonly limit: number }) {
  return { limit, ...(after && { after: base64(after) }) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
