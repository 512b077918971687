import type { Json } from '../../../bytes/canonical-json.ts';
import type { KeyVersion } from '../../../keys/key.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { ANY_FORM } from '../arn.ts';
import type { OperationName } from '../model.gen.ts';
import type { Input, Operation, OperationContext, Output } from '../operation.ts';
import { resolveKey, targetOf } from '../resolve.ts';
import { wipeSecrets } from '../secrets.ts';
import { dryRun } from './refusals.ts';

type UsesOneKey = {
  [N in OperationName]: Input<N> extends { readonly KeyId: string; readonly DryRun?: boolean } ? N : never;
}[OperationName];

/** What came of a use: the answer but for the name of the key, and the version that served. */
interface Used<N extends OperationName> {
  readonly answer: Omit<NonNullable<Output<N>>, 'KeyId'>;
  readonly version: KeyVersion;
}

/** What a cryptographic operation on one key has of its own. */
interface UseOfKey<N extends UsesOneKey> {
  readonly action: string;
  readonly notes?: string;
  /** Refuses inputs that are wrong whatever the key. */
  validate?(input: Input<N>): void;
  /** What the entry says besides the key, members in canonical order. */
  details?(input: Input<N>): Json;
  /** Refuses what a use would, where trying it out is dear: a dry run goes no further. */
  check?(open: OpenKey, input: Input<N>, nowMs: number): void;
  /** @throws {KeyError} what the key's state, usage or algorithms refuse, in this order */
  run(open: OpenKey, input: Input<N>, nowMs: number, context: OperationContext): MaybePromise<Used<N>>;
}

/** A cryptographic operation on one key, named in any form, of any account. A dry run does all of it and tells nothing. */
export function useOfKey<N extends UsesOneKey>(rule: UseOfKey<N>): Operation<N> {
  const row = {
    actions: [rule.action] as const,
    keys: [{ member: 'KeyId', forms: ANY_FORM }],
    ...(rule.notes !== undefined && { notes: rule.notes }),
    prepare(context: OperationContext, input: Input<N>, nowMs: number) {
      rule.validate?.(input);
      const { KeyId, DryRun } = input as { readonly KeyId: string; readonly DryRun?: boolean };
      return andThen(resolveKey(context, KeyId, ANY_FORM, nowMs), (resolved) => ({
        targets: [targetOf(rule.action, resolved)],
        ...(rule.details && { details: rule.details(input) }),
        run(runAtMs: number) {
          rule.check?.(resolved.open, input, runAtMs);
          if (DryRun === true && rule.check) throw dryRun();
          return andThen(rule.run(resolved.open, input, runAtMs, context), ({ answer, version }) => {
            if (DryRun === true) {
              wipeSecrets(answer);
              throw dryRun();
            }
            return { value: { KeyId: resolved.arn, ...answer }, keyVersion: version.id };
          });
        },
      }));
    },
  };
  return row as unknown as Operation<N>;
}
