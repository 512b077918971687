import { Readable } from 'node:stream';
import Type from 'typebox';
import { spanOf } from '../../../audit/look-back.ts';
import { LOG_PLACES } from '../log-routes.ts';
import { AdminRefusal } from '../refusal.ts';
import type { AdminContext } from '../route.ts';
import { closed, TIMESTAMP } from '../schema.ts';
import { EXPORT_FORMATS } from '../services.ts';
import { streamRoute } from '../stream-route.ts';

/** How many entries one download looks through: some minutes, and a gigabyte or so. */
const MAX_ENTRIES = 1_000_000;
/** After so many lines it is asked again who reads them, and whether they may. */
const ASKED_AGAIN_EACH = 100;

const QUERY = closed({
  format: Type.Enum([...EXPORT_FORMATS], { description: 'docs/spec/audit-log.md, "Exports"' }),
  from: { ...TIMESTAMP, description: 'only from this time on' },
  to: { ...TIMESTAMP, description: 'only before this time' },
});

const EXAMPLE = { format: 'json', from: '2026-11-21T00:00:00Z', to: '2026-11-22T00:00:00Z' } as const;
const IDS = ['exportAudit', 'exportInstallationAudit'] as const;

/** Downloads of a range of a log. The answer is made while it is sent, and breaks off where it cannot be made whole. */
export const AUDIT_EXPORT_ROUTES = LOG_PLACES.map(({ prefix, action, name, logOf }, i) =>
  streamRoute({
    id: IDS[i] as string,
    path: `${prefix}/audit/export`,
    action,
    summary: `Exports a range of ${name} as lines of JSON`,
    media: 'application/jsonl',
    says: 'a JSON object on each line',
    query: QUERY,
    example: { query: EXAMPLE },
    prepare: (context, { query }) => ({
      targets: [{ action, resource: '*' }],
      details: { ...query },
      run: async () => {
        const log = logOf(context);
        const [fromMs, toMs] = [Date.parse(query.from), Date.parse(query.to)];
        const span = await spanOf(context.services.audit.reader(log), fromMs, toMs);
        if (span.to - span.from > MAX_ENTRIES) throw tooLarge(span.to - span.from);
        return { value: { log, format: query.format, span: { ...span, fromMs, toMs } }, result: { ...span } };
      },
    }),
    open: ({ log, format, span }, context) => ({
      body: Readable.from(linesOf(context, action, context.services.audit.exportLines(log, format, span)), {
        objectMode: false,
      }),
      fileName: `${log}-${new Date(span.fromMs).toISOString().slice(0, 10)}-${format}.jsonl`,
    }),
  }),
);

/** However slowly somebody reads: whoever may not have the log any more gets no more of it than this. */
async function* linesOf(
  context: AdminContext,
  action: string,
  lines: AsyncIterable<string>,
): AsyncGenerator<string, void> {
  let sent = 0;
  for await (const line of lines) {
    yield `${line}\n`;
    sent++;
    if (sent % ASKED_AGAIN_EACH === 0 && !(await mayStill(context, action)))
      throw new Error('whoever reads this export may not have the rest of it any more');
  }
}

async function mayStill({ services, call, proveAgain }: AdminContext, action: string): Promise<boolean> {
  const proof = await proveAgain();
  if (proof === undefined) return false;
  const asking = { ...call, principal: proof.principal };
  const { decision } = await services.pipeline.explain(asking, { action, resource: '*' }, services.clock());
  return decision.allowed;
}

function tooLarge(entries: number): AdminRefusal {
  return new AdminRefusal(
    'export-too-large',
    `the log has about ${entries} entries in that range; one download looks through ${MAX_ENTRIES} at most`,
  );
}
