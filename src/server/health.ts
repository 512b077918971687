import type { HttpAnswer, Route } from '../http/route.ts';
import type { Freshness } from '../records/ports.ts';

/** What keeps a server from being ready. */
export interface Health {
  failure: Error | undefined;
  isClosing: boolean;
}

const TIMEOUT_MS = 5_000;

/** `/healthz`: the process lives. `/readyz`: it can answer requests. Both for anybody; neither says more. */
export function healthRoutes(health: Health, store: Freshness): readonly Route[] {
  return [route('/healthz', () => ({ ok: true })), route('/readyz', () => readiness(health, store))];
}

/** Whether requests can be answered, and if not, why. @throws what a store that does not answer throws */
export function readiness(health: Health, store: Freshness): { readonly ok: boolean; readonly reason?: string } {
  if (health.isClosing) return { ok: false, reason: 'closing' };
  if (health.failure !== undefined) return { ok: false, reason: 'the store has died' };
  store.epoch();
  return { ok: true };
}

function route(path: string, check: () => { readonly ok: boolean; readonly reason?: string }): Route {
  return {
    method: 'GET',
    path,
    auth: 'none',
    body: 'buffer',
    bodyLimitBytes: 0,
    timeoutMs: TIMEOUT_MS,
    refuse: (refusal) => answer({ ok: false, reason: refusal }),
    handler: () => {
      try {
        return answer(check());
      } catch {
        return answer({ ok: false, reason: 'the store does not answer' });
      }
    },
  };
}

function answer(state: { readonly ok: boolean; readonly reason?: string }): HttpAnswer {
  const headers = ['Content-Type', 'application/json', 'Cache-Control', 'no-store'];
  return { status: state.ok ? 200 : 503, headers, body: Buffer.from(`${JSON.stringify(state)}\n`, 'utf8') };
}
