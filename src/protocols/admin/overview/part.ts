import type { Target } from '../../../pipeline/act.ts';
import type { AdminContext } from '../route.ts';

/** What a part of the overview is read with. */
export interface PartContext extends AdminContext {
  /** Gives others their turn; `false` when there is no time for more, and what is there is told as "at least". */
  readonly goOn: () => Promise<boolean>;
}

/** A part of the overview, which only those see who might ask for it elsewhere. */
export interface OverviewPart<Value> {
  /** The permission that it takes. */
  readonly target: (context: AdminContext) => Target;
  readonly read: (context: PartContext) => Promise<Value>;
}

export function overviewPart<Value>(part: OverviewPart<Value>): OverviewPart<Value> {
  return part;
}
