import { Readable } from 'node:stream';
import Type from 'typebox';
import { spanOf } from '../../../audit/look-back.ts';
import { LOG_PLACES } from '../log-routes.ts';
import { AdminRefusal } from '../refusal.ts';
import { closed, TIMESTAMP } from '../schema.ts';
import { EXPORT_FORMATS } from '../services.ts';
import { streamRoute } from '../stream-route.ts';

/** How many entries one download looks through: some minutes, and a gigabyte or so. */
const MAX_ENTRIES = 1_000_000;

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
    open: ({ log, format, span }, { services: { audit } }) => ({
      body: Readable.from(linesOf(audit.exportLines(log, format, span)), { objectMode: false }),
      fileName: `${log}-${new Date(span.fromMs).toISOString().slice(0, 10)}-${format}.jsonl`,
    }),
  }),
);

async function* linesOf(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  for await (const line of lines) yield `${line}\n`;
}

function tooLarge(entries: number): AdminRefusal {
  return new AdminRefusal(
    'export-too-large',
    `the log has about ${entries} entries in that range; one download looks through ${MAX_ENTRIES} at most`,
  );
}
