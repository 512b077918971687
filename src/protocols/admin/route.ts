import type { Static, TObject, TSchema } from 'typebox';
import type { Proof } from '../../identity/proofs.ts';
import type { Call } from '../../pipeline/call.ts';
import type { Act } from '../../pipeline/act.ts';
import type { MaybePromise } from '../../records/ports.ts';
import type { AdminServices } from './services.ts';
import type { Browser } from './sign-in/browser.ts';

/** What an endpoint is given besides its input. */
export interface AdminContext {
  readonly services: AdminServices;
  readonly proof: Proof;
  /** The request as it stands in the log. */
  readonly call: Call;
  /** The time of this attempt, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Proves the credential of the request again, as it holds now: for what goes on after the answer began. */
  readonly proveAgain: () => Promise<Proof | undefined>;
  /** Hands over secrets that are wiped when the request is over, however it ends. */
  readonly wipeLater: (...secrets: readonly (Uint8Array | undefined)[]) => void;
  /** Has something done when this attempt has come to nothing, or the request is over, however it ends. */
  readonly whenOver: (work: () => void) => void;
  /** Where the request comes from, and the cookie of its answer. */
  readonly browser: Browser;
}

/** What every endpoint says of itself. */
export interface RouteFacts {
  /** The name of the method in the SDK, and OpenAPI's operation id. */
  readonly id: string;
  readonly method: 'GET' | 'POST';
  /** Below `/admin/v1`, with parameters as `{name}`. */
  readonly path: string;
  /** The permission that it takes, at least. */
  readonly action: string;
  readonly summary: string;
  readonly status: 200 | 201;
  /** Of oneself, for a person in a console session: it takes that in place of the permission. */
  readonly access?: 'session';
}

/** Schemas of an endpoint. `example` is well-formed input: for the documentation and for the tests of every route. */
interface TypedRoute<
  P extends TObject,
  Q extends TObject,
  B extends TObject,
  A extends TSchema,
  Value,
> extends RouteFacts {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  readonly example: { readonly params?: Static<P>; readonly query?: Static<Q>; readonly body?: Static<B> };
  /** Finds what the request is about and says what it is, as an act. It runs again when a commit was overtaken. */
  readonly prepare: (
    context: AdminContext,
    input: RouteInput<Static<P>, Static<Q>, Static<B>>,
  ) => MaybePromise<Act<Value>>;
  /** Brings the act's value to the wire, once it is durable. */
  readonly show: (value: Value, context: AdminContext) => Static<A>;
}

/** Input that was checked against the schemas. */
export interface RouteInput<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** An endpoint of the admin API as a value. Made by {@link adminRoute}, which checks the types. */
export interface AdminRoute extends RouteFacts {
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TObject;
  readonly answer: TSchema;
  /** Of an answer that is a stream: what it is. Then `show` begins it. */
  readonly media?: string;
  readonly example: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown };
  readonly prepare: (context: AdminContext, input: RouteInput) => MaybePromise<Act<unknown>>;
  readonly show: (value: unknown, context: AdminContext) => unknown;
}

/** States an endpoint. Its input reaches `prepare` only when it fits the schemas. */
export function adminRoute<
  A extends TSchema,
  Value,
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TObject = TObject<Record<never, never>>,
>(route: TypedRoute<P, Q, B, A, Value>): AdminRoute {
  return route as unknown as AdminRoute;
}
