import type { Random } from '../../crypto/random.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Instance } from '../../identity/tenant.ts';
import type { KeyOutlines } from '../../keys/key-outlines.ts';
import type { KeyCache } from '../../keys/key-cache.ts';
import type { Quotas } from '../../keys/quotas.ts';
import type { WrappingKeyPool } from '../../keys/wrapping-key-pool.ts';
import type { Act } from '../../pipeline/act.ts';
import type { CallSource } from '../../pipeline/call.ts';
import type { MaybePromise, RecordReader } from '../../records/ports.ts';
import type { Answer } from './answer.ts';
import type { OperationName } from './catalog.ts';
import type { ListedKey } from './listing/listed-key.ts';
import type { Query } from './query.ts';

/** What every operation reaches for. */
export interface OperationPorts {
  readonly directory: Directory;
  readonly keys: KeyCache;
  readonly records: RecordReader;
  readonly random: Random;
  readonly quotas: Quotas;
  readonly wrappingKeys: WrappingKeyPool;
}

/** Where a request was sent and by whom: proven before an operation sees it. */
export interface OperationContext extends OperationPorts {
  readonly principal: Principal;
  readonly source: CallSource;
  readonly requestId: string;
  /** When the act is prepared. */
  readonly nowMs: number;
  /** One tenant's keys in one region: what the header `Bluemix-Instance` names. */
  readonly instance: Instance;
  /** What `X-Kms-Key-Ring` names: keys elsewhere are not found. */
  readonly keyRing: string | undefined;
  /** The port by which the request came. */
  readonly port: number;
  /** What lists know of all keys. */
  readonly listed: KeyOutlines<ListedKey>;
  /** What `Prefer` asks for. */
  readonly prefer: 'representation' | 'minimal' | undefined;
}

/** A request, read. */
export interface OperationInput {
  /** The parts of the path that stand in braces, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  /** The JSON of the body; `undefined` where it is empty or `null`. */
  readonly body: unknown;
}

/** What an endpoint does. */
export interface Operation {
  /** Where it departs from IBM, or had to be inferred: for docs/guide/compatibility.md. */
  readonly notes?: string;
  /** Finds the keys and says what is to be done. May be called again when a commit came in between. */
  prepare(context: OperationContext, input: OperationInput, nowMs: number): MaybePromise<Act<Answer>>;
}

/** Every endpoint of the catalog has a row: the compiler asks for it. */
export type OperationTable = { readonly [N in OperationName]: Operation | 'not-implemented' };
