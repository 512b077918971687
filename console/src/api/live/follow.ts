import { KeysteadError } from '@keystead/sdk';
import type { Api } from '../api.ts';
import { doubtConnection } from './connection.ts';
import { takeEvents, type ServerSentEvent } from './server-sent-events.ts';

/** After a stream that ended, as streams do; after one that was refused. */
const AGAIN_MS = 3_000;
const REFUSED_MS = 60_000;
/** The server is heard every 15 seconds: a stream that is silent for longer than two of them leads nowhere any more. */
const SILENT_MS = 35_000;

let streams = 0;

/** Whether a stream of events is open: then little has to be asked for. */
export function isFollowing(): boolean {
  return streams > 0;
}

/** Reads streams of events, one after the other, until the signal says stop. */
export async function follow(api: Api, signal: AbortSignal, tell: (event: ServerSentEvent) => void): Promise<void> {
  while (!signal.aborted) {
    const pauseMs = await readOnce(api, signal, tell).catch((error: unknown) =>
      signal.aborted ? 0 : pauseAfter(error),
    );
    await pause(pauseMs, signal);
  }
}

/** Reads one stream to its end; how long to wait before the next. */
async function readOnce(api: Api, signal: AbortSignal, tell: (event: ServerSentEvent) => void): Promise<number> {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const { body } = await api.openEvents(either);
  if (body === null) return REFUSED_MS;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let timer = setTimeout(() => silence.abort(), SILENT_MS);
  streams++;
  try {
    for (let waiting = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return AGAIN_MS;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENT_MS);
      const { events, rest } = takeEvents(waiting + value);
      waiting = rest;
      events.forEach(tell);
    }
  } finally {
    streams--;
    clearTimeout(timer);
  }
}

/** Who is refused asks less often than who was cut off, and who was cut off has the page look whether the server is there. */
function pauseAfter(error: unknown): number {
  if (error instanceof KeysteadError && error.status >= 400) return REFUSED_MS;
  doubtConnection();
  return AGAIN_MS;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
}
