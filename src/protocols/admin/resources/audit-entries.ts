import Type, { type Static } from 'typebox';
import type { LoggedEntry, LogReader } from '../../../audit/log-reader.ts';
import { lookBack } from '../../../audit/look-back.ts';
import { readEntry, type ToldEntry } from '../../../audit/told-entry.ts';
import { TILE_WIDTH } from '../../../audit/tile.ts';
import { wantedEntries } from '../../../audit/wanted-entry.ts';
import { keyArn } from '../arn.ts';
import { AUDIT_ENTRY, LOG_INDEX, showEntry } from '../audit-answer.ts';
import { logRoutes } from '../log-routes.ts';
import { AdminRefusal } from '../refusal.ts';
import type { AdminContext } from '../route.ts';
import { closed, named, timestamp, TIMESTAMP } from '../schema.ts';
import { slices } from '../slices.ts';

/** How long one request looks through a log; what is left is for the next. */
const BUDGET_MS = 400;
const DEFAULT_LIMIT = 100;
/** Entries of one request stand together, but for others of the same group. */
const NEIGHBOURS = 512;
const MAX_RELATED = 100;

const TEXT = Type.String({ minLength: 1, maxLength: 256 });

const QUERY = closed({
  from: Type.Optional({ ...TIMESTAMP, description: 'only from this time on' }),
  to: Type.Optional({ ...TIMESTAMP, description: 'only before this time' }),
  principal: Type.Optional({ ...TEXT, description: 'an ARN, or the name of a user, a role or a session' }),
  action: Type.Optional({ ...TEXT, description: 'without case; one that ends in * means all that begin so' }),
  key: Type.Optional({ ...TEXT, description: 'the id of a key' }),
  outcome: Type.Optional(Type.Enum(['done', 'refused', 'failed'])),
  request: Type.Optional({ ...TEXT, description: 'the id of a request, or its Correlation-Id' }),
  text: Type.Optional({ ...TEXT, description: 'somewhere in the entry or its details; without case' }),
  after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'the `next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: DEFAULT_LIMIT })),
});

const PAGE_OF_ENTRIES = closed({
  items: Type.Array(AUDIT_ENTRY),
  next: Type.Optional(
    Type.String({
      description: 'there may be more: a page may be short, or empty, because a request looks only so far',
    }),
  ),
  searchedTo: Type.Optional(named('AuditSearchedTo', { index: LOG_INDEX, time: TIMESTAMP })),
});

const listEntries = logRoutes({
  ids: ['listAuditEntries', 'listInstallationAuditEntries'],
  below: '/entries',
  summary: 'Lists entries of LOG, the newest first',
  query: QUERY,
  answer: PAGE_OF_ENTRIES,
  example: { query: { outcome: 'refused', limit: 20 } },
  // A text that is looked for is not told: nobody knows what somebody pastes there.
  details: ({ query: { text, ...query } }) => ({ ...query, ...(text !== undefined && { text: true }) }),
  read: async ({ services }, log, { query }) => {
    const { from, to, after, limit = DEFAULT_LIMIT, ...wanted } = query;
    const asked = {
      wanted,
      limit,
      ...(from !== undefined && { fromMs: Date.parse(from) }),
      ...(to !== undefined && { toMs: Date.parse(to) }),
      ...(after !== undefined && { before: Number(after) }),
    };
    const { entries, searchedTo, next } = await lookBack(services.audit.reader(log), log, asked, slices(BUDGET_MS));
    return {
      items: entries.map(showEntry),
      ...(next !== undefined && { next: String(next) }),
      ...(searchedTo && { searchedTo: { index: searchedTo.index, time: timestamp(searchedTo.timeMs) } }),
    };
  },
});

const WHOLE_ENTRY = named('AuditEntryWhole', {
  log: Type.String({ description: "the tenant's id, or installation" }),
  entry: AUDIT_ENTRY,
  leaf: Type.String({ description: 'the text that is hashed into the tree, to the letter' }),
  details: Type.Optional(Type.String({ description: 'canonical JSON; absent where they were erased' })),
  detailsSalt: Type.Optional(
    Type.String({ description: 'base64; with it the leaf commits to the details: docs/spec/audit-log.md' }),
  ),
  sameRequest: Type.Array(AUDIT_ENTRY),
  keyName: Type.Optional(
    Type.String({ description: 'what the key is called now, where the caller may look at it: an alias or its name' }),
  ),
});

const getEntry = logRoutes({
  ids: ['getAuditEntry', 'getInstallationAuditEntry'],
  below: '/entries/{index}',
  summary: 'Shows one entry of LOG whole, with those of the same request',
  params: closed({ index: LOG_INDEX }),
  answer: WHOLE_ENTRY,
  example: { params: { index: 0 } },
  details: ({ params }) => ({ index: params.index }),
  read: async (context, log, { params: { index } }) => {
    const reader = context.services.audit.reader(log);
    const [logged] = await reader.read(index, index + 1);
    if (logged === undefined) throw entryNotFound(index);
    const entry = readEntry(log, logged);
    const [sameRequest, keyName] = await Promise.all([relatedTo(reader, log, entry), keyNameOf(context, entry)]);
    return whole(log, logged, entry, sameRequest, keyName);
  },
});

export const AUDIT_ENTRY_ROUTES = [...listEntries, ...getEntry];

export function entryNotFound(index: number): AdminRefusal {
  return new AdminRefusal('audit-entry-not-found', `the audit log has no entry ${index} yet`);
}

function whole(
  log: string,
  { leaf, details, salt }: LoggedEntry,
  entry: ToldEntry,
  sameRequest: readonly ToldEntry[],
  keyName: string | undefined,
): Static<typeof WHOLE_ENTRY> {
  return {
    log,
    entry: showEntry(entry),
    leaf: leaf.toString('utf8'),
    ...(details && { details: details.toString('utf8') }),
    ...(salt && { detailsSalt: salt.toString('base64') }),
    sameRequest: sameRequest.map(showEntry),
    ...(keyName !== undefined && { keyName }),
  };
}

/** What the clock does bears one request id for all: those are no entries of one request. */
async function relatedTo(reader: LogReader, log: string, { index, request }: ToldEntry): Promise<ToldEntry[]> {
  if (request === 'sweep') return [];
  const fit = wantedEntries(log, { request });
  const goOn = slices(BUDGET_MS);
  const found: ToldEntry[] = [];
  for (let from = Math.max(0, index - NEIGHBOURS); from < index + NEIGHBOURS; from += TILE_WIDTH) {
    const entries = (await reader.read(from, from + TILE_WIDTH)).map(fit);
    found.push(...entries.filter((one) => one !== undefined).filter((one) => one.index !== index));
    if (found.length >= MAX_RELATED || !(await goOn())) break;
  }
  return found.slice(0, MAX_RELATED);
}

/** The entry tells no more of a key than the caller may know of it elsewhere. */
async function keyNameOf(context: AdminContext, { key, details }: ToldEntry): Promise<string | undefined> {
  const { services, proof, call, nowMs } = context;
  const [id, at] = key?.split('@') ?? [];
  const region = at ?? details.region;
  if (id === undefined || region === undefined) return undefined;
  const { tenantId, accountId } = proof.tenant;
  const space = await services.directory.instance(tenantId, region);
  const open = space && (await services.keys.find(space, id));
  if (open === undefined) return undefined;
  const target = { action: 'kms:DescribeKey', resource: keyArn(region, accountId, open.key.id), key: open, accountId };
  const { decision } = await services.pipeline.explain(call, target, nowMs);
  return decision.allowed ? (open.key.name ?? open.key.aliases[0]?.name) : undefined;
}
