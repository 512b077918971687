import type { Principal } from '../../identity/principal.ts';
import type { Act } from '../../pipeline/act.ts';
import type { MaybePromise } from '../../records/ports.ts';
import type { KeyForm } from './arn.ts';
import { AwsKmsError } from './errors.ts';
import type { OperationName, Operations } from './model.gen.ts';

export type Input<N extends OperationName> = Operations[N]['input'];
export type Output<N extends OperationName> = Operations[N]['output'];

/** Where a request was sent and by whom: proven before an operation sees it. */
export interface OperationContext {
  readonly principal: Principal;
  readonly region: string;
}

/** One member of an input that names a key, and in which forms. */
export interface KeyMember<Member extends string = string> {
  readonly member: Member;
  readonly forms: ReadonlySet<KeyForm>;
}

/** What can be said of any operation without knowing which. */
export interface OperationRow {
  /** The permissions that it asks for, `kms:Encrypt`. The first names the operation in entries of failed requests. */
  readonly actions: readonly [string, ...string[]];
  /** The members that name keys. */
  readonly keys: readonly KeyMember[];
  /** Where it departs from AWS, for docs/guide/compatibility.md. */
  readonly notes?: string;
}

/** One operation of the API: a row of the table in `operations.ts`. */
export interface Operation<N extends OperationName> extends OperationRow {
  readonly keys: readonly KeyMember<keyof Input<N> & string>[];
  /** Finds the keys and says what is to be done. May be called again when a commit came in between. */
  prepare(context: OperationContext, input: Input<N>, nowMs: number): MaybePromise<Act<Output<N>>>;
}

/** Every operation of the model has a row: the compiler asks for it. */
export type OperationTable = { readonly [N in OperationName]: Operation<N> | 'not-implemented' };

/** What an operation without an implementation answers. */
export function notImplemented(name: OperationName): AwsKmsError {
  return new AwsKmsError(
    'UnsupportedOperationException',
    `Keystead does not implement ${name} yet. docs/guide/compatibility.md lists what it does implement.`,
  );
}
