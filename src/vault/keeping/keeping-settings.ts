import type { KnownHold } from './sync-holds.ts';
import type { RetentionRules } from './retention.ts';
import type { RulesOf } from './survey.ts';

/** What an environment keeps of its sources. */
export interface RetentionSettings {
  /** For sources that have no rules of their own; absent: everything of theirs stays. */
  readonly rules?: RetentionRules;
  /** By the names of sources. */
  readonly sources?: { readonly [name: string]: RetentionRules };
}

/** Everything of an environment that decides about what goes, as a run is handed it. */
export interface Keeping {
  readonly retention?: RetentionSettings;
  readonly holds: readonly KnownHold[];
}

/** The rules of each source. */
export function rulesOf({ retention }: Pick<Keeping, 'retention'>): RulesOf {
  return (source) => {
    const own = retention?.sources;
    return own !== undefined && Object.hasOwn(own, source) ? own[source] : retention?.rules;
  };
}
