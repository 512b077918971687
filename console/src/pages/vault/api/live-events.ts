import { KeysteadError, type Run } from '@keystead/sdk';
import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi, type Api } from '../../../api/api.ts';
import { ENVIRONMENTS_KEY, environmentKey, isOpen } from './vault-queries.ts';

/** After a stream that ended, as streams do; after one that was refused. */
const AGAIN_MS = 3_000;
const REFUSED_MS = 60_000;

/** One server-sent event. */
export interface ServerSentEvent {
  readonly name: string;
  readonly data: string;
}

/**
 * Takes whole events off the front of what has come so far; the rest is the beginning of one that is still on its way.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function takeEvents(text: string): { readonly events: readonly ServerSentEvent[]; readonly rest: string } {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.flatMap((block) => {
    const lines = block.split('\n');
    const of = (field: string): readonly string[] =>
      lines.filter((line) => line.startsWith(`${field}: `)).map((line) => line.slice(field.length + 2));
    const data = of('data');
    return data.length === 0 ? [] : [{ name: of('event').at(-1) ?? 'message', data: data.join('\n') }];
  });
  return { events, rest };
}

/** While a page of the vault is open: what the server tells of runs is shown at once. Without it, they are asked for. */
export function useLiveEvents(): void {
  const api = useApi();
  const queries = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    void follow(api, queries, stop.signal);
    return () => stop.abort();
  }, [api, queries]);
}

async function follow(api: Api, queries: QueryClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pauseMs = await readOnce(api, queries, signal).catch(pauseAfter);
    await new Promise<void>((done) => {
      const timer = setTimeout(done, pauseMs);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        done();
      });
    });
  }
}

/** Who is refused asks less often than who was cut off. */
function pauseAfter(error: unknown): number {
  return error instanceof KeysteadError && error.status >= 400 ? REFUSED_MS : AGAIN_MS;
}

/** Reads one stream to its end; how long to wait before the next. */
async function readOnce(api: Api, queries: QueryClient, signal: AbortSignal): Promise<number> {
  const { body } = await api.openEvents(signal);
  if (body === null) return REFUSED_MS;
  let waiting = '';
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return AGAIN_MS;
    const { events, rest } = takeEvents(waiting + value);
    waiting = rest;
    for (const event of events) tell(queries, event);
  }
}

function tell(queries: QueryClient, { name, data }: ServerSentEvent): void {
  if (name === 'alert') void queries.invalidateQueries({ queryKey: ['alerts'] });
  if (name === 'changed') void queries.invalidateQueries({ queryKey: ENVIRONMENTS_KEY, predicate: isCheap });
  if (name !== 'run') return;
  const run = JSON.parse(data) as Run;
  queries.setQueryData(['runs', run.runId], run);
  queries.setQueryData<readonly Run[]>([...environmentKey(run.environmentId), 'runs'], (runs) => withRun(runs, run));
  if (!isOpen(run)) void queries.invalidateQueries({ queryKey: environmentKey(run.environmentId) });
}

/** What is read from records alone. What asks the store or a master key is not asked anew for every change of anything. */
const CHEAP: readonly unknown[] = ['list', 'itself', 'sources', 'schedules', 'key-watch', 'holds', 'agents'];

function isCheap({ queryKey }: { readonly queryKey: QueryKey }): boolean {
  return CHEAP.includes(queryKey.at(-1));
}

function withRun(runs: readonly Run[] | undefined, run: Run): readonly Run[] | undefined {
  if (runs === undefined) return undefined;
  const isKnown = runs.some(({ runId }) => runId === run.runId);
  return isKnown ? runs.map((one) => (one.runId === run.runId ? run : one)) : [run, ...runs];
}
