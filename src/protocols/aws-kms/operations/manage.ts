import type { Json } from '../../../bytes/canonical-json.ts';
import type { Done } from '../../../pipeline/act.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import type { OperationName } from '../model.gen.ts';
import type { Input, Operation, OperationContext, Output } from '../operation.ts';
import { targetOf, type ResolvedKey } from '../resolve.ts';
import { OWN_KEY, resolveOwnKey } from './own-key.ts';

type OnOneKey = { [N in OperationName]: Input<N> extends { readonly KeyId: string } ? N : never }[OperationName];

/** What an operation on one key of the caller's account has of its own. */
interface Management<N extends OnOneKey> {
  readonly action: string;
  readonly notes?: string;
  /** Refuses inputs that are wrong whatever the key. */
  check?(input: Input<N>): void;
  /** What the entry says besides the key. */
  details?(input: Input<N>): Json;
  run(context: OperationContext, resolved: ResolvedKey, input: Input<N>, nowMs: number): MaybePromise<Done<Output<N>>>;
}

/** An operation on one key of the caller's own account, named by id or ARN, that asks for one permission on it. */
export function management<N extends OnOneKey>(rule: Management<N>): Operation<N> {
  const row = {
    actions: [rule.action] as const,
    keys: OWN_KEY,
    ...(rule.notes !== undefined && { notes: rule.notes }),
    prepare(context: OperationContext, input: Input<N>, nowMs: number) {
      rule.check?.(input);
      const { KeyId } = input as { readonly KeyId: string };
      return andThen(resolveOwnKey(context, rule.action, KeyId, nowMs), (resolved) => ({
        targets: [targetOf(rule.action, resolved)],
        ...(rule.details && { details: rule.details(input) }),
        run: (runAtMs: number) => rule.run(context, resolved, input, runAtMs),
      }));
    },
  };
  return row as unknown as Operation<N>;
}
