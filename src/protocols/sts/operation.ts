import type { Random } from '../../crypto/random.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Proof } from '../../identity/proofs.ts';
import type { Act } from '../../pipeline/act.ts';
import type { MaybePromise } from '../../records/ports.ts';
import type { Parameters } from './parameters.ts';
import type { Content } from './xml.ts';

/** What every operation reaches for. */
export interface OperationPorts {
  readonly directory: Directory;
  readonly random: Random;
}

export interface OperationContext extends OperationPorts {
  /** For which the request was signed. */
  readonly region: string;
  /** Who asks, proven, with the credential. */
  readonly proof: Proof;
  /** Hands over secrets that are wiped once the answer is made. */
  readonly wipeLater: (...secrets: readonly (Uint8Array | undefined)[]) => void;
}

/** One operation of AWS STS: a row of the table in `operations.ts`. */
export interface Operation<Value = unknown> {
  /** Where it departs from AWS, for docs/guide/compatibility.md. */
  readonly notes?: string;
  /** Reads its parameters and says what is to be done. May be called again when a commit came in between. */
  prepare(context: OperationContext, parameters: Parameters, nowMs: number): MaybePromise<Act<Value>>;
  /** Brings the value to the wire, once it is durable. */
  show(value: Value): Content;
}

/** States an operation; the types of its value stay its own. */
export function operation<Value>(row: Operation<Value>): Operation {
  return row as Operation;
}
