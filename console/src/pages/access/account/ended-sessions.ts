import { countOf } from '../../../ui/amounts.ts';

/** That something was done, and how many other sessions of oneself have ended by it. */
export function withEndedSessions(done: string) {
  return (answer: unknown): string => {
    const { endedSessions = 0 } = (answer ?? {}) as { readonly endedSessions?: number };
    if (endedSessions === 0) return done;
    return `${done}. ${countOf(endedSessions, 'other session')} of yours ${endedSessions === 1 ? 'has' : 'have'} ended`;
  };
}
