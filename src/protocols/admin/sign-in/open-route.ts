import type { Static, TObject, TSchema } from 'typebox';
import type { AdminContext, RouteFacts, RouteInput } from '../route.ts';

/** What an endpoint is given that anybody may call: nobody is proven yet. */
export interface OpenContext extends Pick<AdminContext, 'services' | 'wipeLater' | 'browser'> {
  readonly requestId: string;
  readonly isSecure: boolean;
  /** When the request came, on the monotonic clock in milliseconds. */
  readonly beganMs: number;
  /** Says that the work is done that is the same for everybody, known or not. */
  readonly noteCommonWork: () => void;
}

/** An endpoint that takes no credential. It records what it decides by itself. Made by {@link openRoute}. */
export interface OpenRoute extends RouteFacts {
  readonly query?: TObject;
  readonly body?: TObject;
  readonly params?: TObject;
  readonly answer: TSchema;
  readonly example: { readonly query?: unknown; readonly body?: unknown };
  readonly media?: undefined;
  readonly isOpen: true;
  readonly respond: (context: OpenContext, input: RouteInput) => Promise<unknown>;
}

interface TypedOpenRoute<Q extends TObject, B extends TObject, A extends TSchema> extends RouteFacts {
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  readonly example: { readonly query?: Static<Q>; readonly body?: Static<B> };
  readonly respond: (
    context: OpenContext,
    input: { readonly query: Static<Q>; readonly body: Static<B> },
  ) => Promise<Static<A>>;
}

/** States an endpoint that anybody may call. Its input reaches `respond` only when it fits the schemas. */
export function openRoute<
  A extends TSchema,
  Q extends TObject = TObject<Record<never, never>>,
  B extends TObject = TObject<Record<never, never>>,
>(route: TypedOpenRoute<Q, B, A>): OpenRoute {
  return { ...route, isOpen: true } as unknown as OpenRoute;
}
