import { readKey } from '../../../keys/key-record.ts';
import { mediaType } from '../answer.ts';
import { facts, type AskedFacts } from '../facts.ts';
import { instanceTarget } from '../instance-target.ts';
import { listedKeyOf, type ListedKey } from '../listing/listed-key.ts';
import { parseSearch, searcher, showSearch } from '../listing/search.ts';
import { countKeys, selectKeys } from '../listing/select-keys.ts';
import { parseSort } from '../listing/sort.ts';
import { Pauses } from '../../../pipeline/pauses.ts';
import { readWanted } from '../listing/wanted.ts';
import type { Operation, OperationContext } from '../operation.ts';
import type { Query } from '../query.ts';
import { showKey } from '../show-key.ts';

const ACTION = 'kms:ListKeys';
/** How much of a filter or a search an entry keeps, in characters. */
const MAX_ASKED = 256;

/** `GET /keys`: the keys of an instance or of one of its rings, without what is secret in them. */
export const listKeys: Operation = {
  notes:
    'whoever may list the instance, or the ring that is named, sees every key there, whatever the rights on single keys; exact searches heed case (inferred); keys without the date that is sorted by come last; dates are sorted by as they are shown, and a filter in whole seconds compares what is shown, one with a fraction of a second what is kept, to the millisecond (inferred); a ring that is not there has no keys',
  prepare(context, { query }, nowMs) {
    const { keyRing, instance } = context;
    const page = query.page();
    const wanted = readWanted(query, keyRing, nowMs);
    const search = parseSearch(query.text('search') ?? '');
    const order = parseSort(query.list('sort'), nowMs);
    const isFound = search === undefined ? () => true : searcher(search);
    return {
      targets: [instanceTarget(context, ACTION, keyRing)],
      details: facts(askedFor(query)),
      finds: true,
      async run() {
        const pauses = new Pauses();
        const selected = await selectKeys(context, { wanted, search, order, ...page }, pauses);
        const resources: string[] = [];
        for (const { id } of selected.keys) {
          const shown = await show(context, id, nowMs, (key) => wanted.isWanted(key) && isFound(key));
          if (shown !== undefined) resources.push(shown);
          await pauses.next();
        }
        const metadata = {
          collectionType: mediaType('key'),
          collectionTotal: resources.length,
          ...(search && { searchQuery: showSearch(search) }),
          ...(selected.isIncomplete && { incompleteSearch: true }),
        };
        const spelt = spell(metadata, resources);
        return {
          value: { status: 200, kind: 'key', spelt },
          result: facts({ totalResources: resources.length, ...(keyRing !== undefined && { keyRingId: keyRing }) }),
        };
      },
    };

    /** A key changes while a list is made: it is shown as it is in the end, if it still belongs there. */
    async function show(
      { records }: OperationContext,
      id: string,
      atMs: number,
      belongs: (key: ListedKey) => boolean,
    ): Promise<string | undefined> {
      // Beside the cache: a long list is not to push those out of it that are used.
      const record = await records.read({ tenantId: instance.tenantId, kind: 'key', id });
      if (record === undefined) return undefined;
      const key = readKey(instance.tenantKey, record);
      const now = listedKeyOf(key);
      return now !== undefined && belongs(now) ? JSON.stringify(showKey(instance, key, atMs)) : undefined;
    }
  },
};

/** `HEAD /keys`: how many there are. */
export const headKeys: Operation = {
  prepare(context, { query }, nowMs) {
    const { keyRing } = context;
    const wanted = readWanted(query, keyRing, nowMs);
    return {
      targets: [instanceTarget(context, ACTION, keyRing)],
      details: facts(askedFor(query)),
      async run() {
        const total = await countKeys(context, wanted, new Pauses());
        return {
          value: { status: 200, headers: ['Key-Total', String(total)] },
          result: facts({ totalResources: total, ...(keyRing !== undefined && { keyRingId: keyRing }) }),
        };
      },
    };
  },
};

/** What a list is asked for by, as far as an entry tells it: people's names for things, so bounded. */
function askedFor(query: Query): AskedFacts {
  return Object.fromEntries(
    ['filter', 'search'].flatMap((name) => {
      const text = query.text(name);
      return text === undefined ? [] : [[name, text.slice(0, MAX_ASKED)]];
    }),
  );
}

/** The envelope of texts that are JSON already: one long text at once would keep everybody waiting. */
function spell(metadata: object, resources: readonly string[]): Buffer {
  const head = JSON.stringify({ metadata });
  if (resources.length === 0) return Buffer.from(head, 'utf8');
  return Buffer.from(`${head.slice(0, -1)},"resources":[${resources.join(',')}]}`, 'utf8');
}
