import type { Run } from '@keystead/sdk';
import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ENVIRONMENTS_KEY, environmentKey, isOpen } from './vault-queries.ts';

const EVENTS = '/admin/v1/events';
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
  const queries = useQueryClient();
  useEffect(() => {
    if (import.meta.env.IS_MOCKED) return undefined;
    const stop = new AbortController();
    void follow(queries, stop.signal);
    return () => stop.abort();
  }, [queries]);
}

async function follow(queries: QueryClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pauseMs = await readOnce(queries, signal).catch(() => AGAIN_MS);
    await new Promise<void>((done) => {
      const timer = setTimeout(done, pauseMs);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        done();
      });
    });
  }
}

/** Reads one stream to its end; how long to wait before the next. */
async function readOnce(queries: QueryClient, signal: AbortSignal): Promise<number> {
  const { ok, body } = await fetch(EVENTS, { signal, credentials: 'same-origin', redirect: 'error' });
  if (!ok || body === null) return REFUSED_MS;
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
