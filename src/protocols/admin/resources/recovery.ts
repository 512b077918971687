import { hash } from 'node:crypto';
import Type, { type Static, type TObject, type TSchema } from 'typebox';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { decodeBase64 } from '../../../bytes/base64.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import type { AnswerOf, Question } from '../../../vault/recovery/questions.ts';
import { RequestError } from '../errors.ts';
import { adminRoute, type AdminContext, type AdminRoute } from '../route.ts';
import { closed } from '../schema.ts';
import { BROWSED, COMPARISON, FOUND, HISTORY, PLAN } from '../vault/recovery-answers.ts';
import { refusing } from '../vault/refusals.ts';
import { RESTORE_INPUT, restoreFrom } from '../vault/restore-input.ts';
import { choiceFrom, SNAPSHOT_CHOICE } from '../vault/snapshot-choice.ts';
import { ENVIRONMENT_PARAMS, EXAMPLE_ENVIRONMENT } from './environments.ts';

const PATH = Type.String({ maxLength: 4096, description: "from the source's root; empty for the root" });
const BYTES = Type.String({ maxLength: 8192, description: 'base64, for names that are no text; in place of the text' });
const AFTER = Type.Optional(Type.String({ maxLength: 8192, description: 'the `next` of the page before' }));
const TIME = Type.String({ format: 'date-time' });
const LIMIT = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 }));
const SIZE = Type.Optional(Type.Integer({ minimum: 0, description: 'bytes' }));

interface QuestionRoute<Kind extends Question['kind'], B extends TObject> {
  readonly id: string;
  /** Below the environment. */
  readonly below: `/${string}`;
  readonly action: `keystead:${string}`;
  readonly summary: string;
  readonly body: B;
  readonly example: Static<B>;
  readonly answer: TSchema;
  /** A path that is asked about: its digest is recorded, never the path. */
  readonly path?: (body: Static<B>) => Uint8Array;
  readonly question: (
    context: AdminContext,
    body: Static<B>,
    environment: Environment,
  ) => Promise<Extract<Question, { kind: Kind }>> | Extract<Question, { kind: Kind }>;
}

/**
 * States an endpoint that asks about snapshots. It is a POST so that no name of a file stands in an address, where
 * proxies would log it.
 */
function questionRoute<Kind extends Question['kind'], B extends TObject>(row: QuestionRoute<Kind, B>): AdminRoute {
  return adminRoute({
    id: row.id,
    method: 'POST',
    path: `/environments/{environmentId}${row.below}`,
    action: row.action,
    summary: row.summary,
    status: 200,
    params: ENVIRONMENT_PARAMS,
    body: row.body,
    answer: row.answer,
    example: { params: EXAMPLE_ENVIRONMENT, body: row.example },
    prepare: (context, { params, body }) => {
      const { services, proof } = context;
      const { tenant } = proof;
      const asked = body as Static<B>;
      const { snapshotId } = asked as { readonly snapshotId?: string };
      const path = row.path?.(asked);
      return {
        targets: [{ action: row.action, resource: environmentArn(tenant, params.environmentId) }],
        details: {
          environment: params.environmentId,
          ...(snapshotId !== undefined && { snapshotId }),
          ...(path && path.length > 0 && { pathDigest: hash('sha256', path, 'hex') }),
        },
        run: () =>
          refusing(async () => {
            const environment = await requireEnvironment(services.records, tenant, params.environmentId);
            const question = await row.question(context, asked, environment);
            const end = await services.vault.questions.ask(tenant, environment, question);
            if (end.state === 'succeeded') return { value: end.report.answer as AnswerOf<Kind> };
            throw new RequestError({ status: 422, ...end.problem });
          }),
      };
    },
    show: (answer: AnswerOf<Kind>) => answer as never,
  });
}

/** A path as text or as bytes. */
function pathFrom(text: string | undefined, bytes: string | undefined): Buffer {
  return bytes === undefined ? Buffer.from(text ?? '', 'utf8') : bytesFrom(bytes);
}

function bytesFrom(text: string): Buffer {
  const bytes = decodeBase64(text);
  if (bytes) return Buffer.from(bytes);
  throw new RequestError({
    status: 400,
    code: 'invalid-request',
    message: 'what was given as bytes is no base64',
    action: 'Give `next`, `nameBytes` and `pathBytes` as they were answered.',
  });
}

const pageFrom = ({ after, limit }: { readonly after?: string; readonly limit?: number }) => ({
  limit: limit ?? 100,
  ...(after !== undefined && { after: bytesFrom(after) }),
});

export const browseSnapshot = questionRoute<'browse', ReturnType<typeof browseBody>>({
  id: 'browseSnapshot',
  below: '/snapshots/browse',
  action: 'keystead:BrowseSnapshot',
  summary: 'Lists a folder of a snapshot',
  body: browseBody(),
  example: { path: 'reports/2026', limit: 10 },
  answer: BROWSED,
  path: ({ path, pathBytes }) => pathFrom(path, pathBytes),
  question: (_context, body) => ({
    kind: 'browse',
    snapshot: choiceFrom(body),
    path: pathFrom(body.path, body.pathBytes),
    ...pageFrom(body),
  }),
});

function browseBody() {
  return closed({
    ...SNAPSHOT_CHOICE,
    path: Type.Optional(PATH),
    pathBytes: Type.Optional(BYTES),
    after: AFTER,
    limit: LIMIT,
  });
}

export const searchSnapshot = questionRoute<'search', ReturnType<typeof searchBody>>({
  id: 'searchSnapshot',
  below: '/snapshots/search',
  action: 'keystead:SearchSnapshot',
  summary: 'Looks in a snapshot for files by name or path, size and time',
  body: searchBody(),
  example: { pattern: '*.pdf', minSize: 1_000_000, limit: 10 },
  answer: FOUND,
  path: ({ below }) => pathFrom(below, undefined),
  question: (_context, body) => ({
    kind: 'search',
    snapshot: choiceFrom(body),
    ...(body.below !== undefined && { below: pathFrom(body.below, undefined) }),
    ...(body.pattern !== undefined && { pattern: body.pattern }),
    ...(body.type !== undefined && { type: body.type }),
    ...(body.minSize !== undefined && { minSize: body.minSize }),
    ...(body.maxSize !== undefined && { maxSize: body.maxSize }),
    ...(body.modifiedAfter !== undefined && { modifiedAfterMs: Date.parse(body.modifiedAfter) }),
    ...(body.modifiedBefore !== undefined && { modifiedBeforeMs: Date.parse(body.modifiedBefore) }),
    ...pageFrom(body),
  }),
});

function searchBody() {
  return closed({
    ...SNAPSHOT_CHOICE,
    below: Type.Optional(PATH),
    pattern: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1024, description: '*.pdf looks at names, reports/** at paths' }),
    ),
    type: Type.Optional(Type.Enum(['file', 'folder', 'link'])),
    minSize: SIZE,
    maxSize: SIZE,
    modifiedAfter: Type.Optional(TIME),
    modifiedBefore: Type.Optional(TIME),
    after: AFTER,
    limit: LIMIT,
  });
}

export const pathHistory = questionRoute<'history', ReturnType<typeof historyBody>>({
  id: 'getPathHistory',
  below: '/snapshots/history',
  action: 'keystead:GetPathHistory',
  summary: 'Follows one path through the snapshots of a source, newest first',
  body: historyBody(),
  example: { path: 'reports/2026/january.pdf', limit: 10 },
  answer: HISTORY,
  path: ({ path, pathBytes }) => pathFrom(path, pathBytes),
  question: (_context, { source, before, limit, ...body }) => ({
    kind: 'history',
    path: pathFrom(body.path, body.pathBytes),
    limit: limit ?? 30,
    ...(source !== undefined && { source }),
    ...(before !== undefined && { beforeMs: Date.parse(before) }),
  }),
});

function historyBody() {
  return closed({
    source: SNAPSHOT_CHOICE.source,
    path: Type.Optional(PATH),
    pathBytes: Type.Optional(BYTES),
    before: Type.Optional(TIME),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 365, default: 30, description: 'each snapshot asks the master key' }),
    ),
  });
}

export const compareSnapshots = questionRoute<'compare', ReturnType<typeof compareBody>>({
  id: 'compareSnapshots',
  below: '/snapshots/compare',
  action: 'keystead:CompareSnapshots',
  summary: 'Says what was added, changed and deleted between two snapshots',
  body: compareBody(),
  example: { beforeAt: '2026-11-19T03:00:00Z', limit: 10 },
  answer: COMPARISON,
  path: ({ below }) => pathFrom(below, undefined),
  question: (_context, body) => ({
    kind: 'compare',
    before: choiceFrom({
      ...(body.beforeSnapshotId !== undefined && { snapshotId: body.beforeSnapshotId }),
      ...(body.beforeAt !== undefined && { at: body.beforeAt }),
      ...(body.source !== undefined && { source: body.source }),
    }),
    snapshot: choiceFrom(body),
    ...(body.below !== undefined && { below: pathFrom(body.below, undefined) }),
    ...pageFrom(body),
  }),
});

function compareBody() {
  return closed({
    ...SNAPSHOT_CHOICE,
    beforeSnapshotId: SNAPSHOT_CHOICE.snapshotId,
    beforeAt: SNAPSHOT_CHOICE.at,
    below: Type.Optional(PATH),
    after: AFTER,
    limit: LIMIT,
  });
}

export const planRestore = questionRoute<'plan', ReturnType<typeof planBody>>({
  id: 'planRestore',
  below: '/restore-plans',
  action: 'keystead:PlanRestore',
  summary: 'Says what a restore would write, replace and leave, and what it needs; changes nothing',
  body: planBody(),
  example: { destination: '/srv/restored', patterns: ['reports/**'], conflict: 'beside' },
  answer: PLAN,
  question: async (context, body) => ({
    kind: 'plan',
    ...(await restoreFrom(context, body)),
    limit: body.limit ?? 100,
  }),
});

function planBody() {
  return closed({ ...RESTORE_INPUT, limit: LIMIT });
}
