import type { Readable } from 'node:stream';
import Type, { type Static, type TObject } from 'typebox';
import type { Act } from '../../pipeline/act.ts';
import type { MaybePromise } from '../../records/ports.ts';
import type { AdminContext, AdminRoute, RouteInput } from './route.ts';

/** An answer that is sent while it is made. Nothing of it is held back, and nothing of it is kept. */
export interface StreamAnswer {
  readonly body: Readable;
  /** What a browser calls the file that it saves: letters, digits, `.` `_` `-`. Absent: it is not saved. */
  readonly fileName?: string;
}

interface StreamRoute<P extends TObject, Q extends TObject, Value> extends Pick<
  AdminRoute,
  'id' | 'path' | 'action' | 'summary'
> {
  /** `text/event-stream`, `application/jsonl`. */
  readonly media: string;
  readonly says: string;
  readonly params?: P;
  readonly query?: Q;
  readonly example: { readonly params?: Static<P>; readonly query?: Static<Q> };
  readonly prepare: (context: AdminContext, input: RouteInput<Static<P>, Static<Q>>) => MaybePromise<Act<Value>>;
  /** Begins the answer, once the act is durable. What fails from here on breaks the connection off. */
  readonly open: (value: Value, context: AdminContext) => StreamAnswer;
}

/** States an endpoint that answers a stream. It is authenticated, decided and recorded like every other. */
export function streamRoute<
  Value,
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
>({ open, says, ...row }: StreamRoute<P, Q, Value>): AdminRoute {
  return {
    ...row,
    method: 'GET',
    status: 200,
    answer: Type.String({ description: says }),
    show: open,
  } as unknown as AdminRoute;
}
