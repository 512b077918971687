import type { Certificate } from '../../attestation/certificate.ts';
import type { Attestation } from '../../attestation/verify.ts';
import type { Quotas } from '../../keys/quotas.ts';
import type { MaterialPool } from '../../keys/material-pool.ts';
import type { WrappingKeyPool } from '../../keys/wrapping-key-pool.ts';
import type { Random } from '../../crypto/random.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Instance } from '../../identity/tenant.ts';
import type { GrantCache } from '../../keys/grant-cache.ts';
import type { KeyCache } from '../../keys/key-cache.ts';
import type { Act } from '../../pipeline/act.ts';
import type { CallSource } from '../../pipeline/call.ts';
import type { MaybePromise, RecordReader } from '../../records/ports.ts';
import type { KeyForm } from './arn.ts';
import { AwsKmsError } from './errors.ts';
import type { KeyStorePorts } from './key-stores.ts';
import type { OperationName, Operations } from './model.gen.ts';
import type { ResolvedKey } from './resolve.ts';

export type Input<N extends OperationName> = Operations[N]['input'];
export type Output<N extends OperationName> = Operations[N]['output'];

/** What every operation reaches for. */
export interface OperationPorts {
  readonly directory: Directory;
  readonly keys: KeyCache;
  readonly grants: GrantCache;
  readonly records: RecordReader;
  readonly random: Random;
  readonly wrappingKeys: WrappingKeyPool;
  /** To which the attestation documents of recipients may lead. */
  readonly attestationRoots: readonly Certificate[];
  readonly materials: MaterialPool;
  readonly quotas: Quotas;
  readonly keyStores: KeyStorePorts;
}

/** Where a request was sent and by whom: proven before an operation sees it. */
export interface OperationContext extends OperationPorts {
  readonly principal: Principal;
  /** Where the request came from: conditions may ask. */
  readonly source: CallSource;
  readonly requestId: string;
  /** The caller's account in the Region of the credential scope: where new keys go and short names are looked up. */
  readonly instance: Instance;
  /** Every key that was found for the request: errors name them by their ARNs. */
  readonly resolved: ResolvedKey[];
  /** For whom alone the secret of the answer is, where the request says so: verified. */
  readonly recipient?: Attestation;
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
