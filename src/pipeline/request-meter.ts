import { makeRoom } from '../records/record-cache.ts';

/** How long requests are counted together, in milliseconds. */
export const METERED_MS = 60_000;
/** Instances that are counted at a time: of more, the one that was seen first is forgotten. */
const MAX_INSTANCES = 10_000;

/** What was asked of an instance within a minute: the requests of one kind that had one outcome. */
export interface Gauge {
  /** What was asked for, as the protocol names it. */
  readonly api: string;
  /** The status of the answers. */
  readonly status: number;
  readonly requests: number;
  /** From the request to its answer, in milliseconds, on average. */
  readonly latencyMs: number;
}

/** One minute of an instance. */
export interface MeteredMinute {
  /** When it began, in milliseconds since 1970. */
  readonly sinceMs: number;
  readonly gauges: readonly Gauge[];
}

interface Count {
  readonly api: string;
  readonly status: number;
  requests: number;
  tookMs: number;
}

interface Minute {
  readonly sinceMs: number;
  readonly counts: Map<string, Count>;
}

interface Counted {
  current: Minute;
  /** The one before it that had requests. */
  last: Minute | undefined;
}

/**
 * Counts the requests of instances by the minute, for those that want it. In this process alone, and gone with it: what
 * is to last and to be believed stands in the audit log.
 */
export class RequestMeter {
  readonly #instances = new Map<string, Counted>();

  /** One request and its answer. `api` and `status` are of few: nothing that a caller makes up. */
  note(instanceId: string, api: string, status: number, tookMs: number, nowMs: number): void {
    const { counts } = this.#minute(instanceId, nowMs);
    const name = `${status} ${api}`;
    const count = counts.get(name);
    if (count === undefined) {
      counts.set(name, { api, status, requests: 1, tookMs });
      return;
    }
    count.requests++;
    count.tookMs += tookMs;
  }

  /** The last minute that is over, by kind of request and then by status; without gauges where nobody asked. */
  lastMinute(instanceId: string, nowMs: number): MeteredMinute {
    const sinceMs = startOf(nowMs) - METERED_MS;
    const counted = this.#instances.get(instanceId);
    const minute = [counted?.current, counted?.last].find((one) => one?.sinceMs === sinceMs);
    const gauges = [...(minute?.counts.values() ?? [])].map(({ api, status, requests, tookMs }) => ({
      api,
      status,
      requests,
      latencyMs: tookMs / requests,
    }));
    return {
      sinceMs,
      gauges: gauges.toSorted((a, b) => (a.api < b.api ? -1 : a.api > b.api ? 1 : a.status - b.status)),
    };
  }

  #minute(instanceId: string, nowMs: number): Minute {
    const sinceMs = startOf(nowMs);
    const counted = this.#instances.get(instanceId);
    if (counted?.current.sinceMs === sinceMs) return counted.current;
    const current = { sinceMs, counts: new Map<string, Count>() };
    if (counted === undefined) {
      makeRoom(this.#instances, MAX_INSTANCES);
      this.#instances.set(instanceId, { current, last: undefined });
    } else {
      counted.last = counted.current;
      counted.current = current;
    }
    return current;
  }
}

function startOf(nowMs: number): number {
  return Math.floor(nowMs / METERED_MS) * METERED_MS;
}
