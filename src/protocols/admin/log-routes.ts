import type { Static, TObject, TSchema } from 'typebox';
import type { Json } from '../../bytes/canonical-json.ts';
import { INSTALLATION } from '../../records/record.ts';
import { adminRoute, type AdminContext, type AdminRoute, type RouteInput } from './route.ts';

/** What is asked of an audit log: the same of the own tenant's and of the installation's own. */
interface LogRoute<P extends TObject, Q extends TObject, A extends TSchema> {
  /** The ids of both endpoints: of the tenant's log, of the installation's. */
  readonly ids: readonly [string, string];
  /** Below `/audit`, and below `/installation/audit`. */
  readonly below: `/${string}`;
  /** Says of which log by `LOG`. */
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly answer: A;
  readonly example: { readonly params?: Static<P>; readonly query?: Static<Q> };
  /** What the entry says of what was asked. */
  readonly details?: (input: RouteInput<Static<P>, Static<Q>>) => Json;
  readonly read: (context: AdminContext, log: string, input: RouteInput<Static<P>, Static<Q>>) => Promise<Static<A>>;
}

/** Both kinds of log: where they are asked for, by whom, and which they are. */
export const LOG_PLACES = [
  {
    prefix: '',
    action: 'keystead:ReadAuditLog',
    name: "the own tenant's audit log",
    logOf: ({ proof }: AdminContext) => proof.tenant.tenantId,
  },
  {
    prefix: '/installation',
    action: 'installation:ReadAuditLog',
    name: "the installation's own audit log",
    logOf: () => INSTALLATION,
  },
] as const;

/** States an endpoint on an audit log, for both kinds of log. Whoever may not read a log learns nothing of it. */
export function logRoutes<
  A extends TSchema,
  P extends TObject = TObject<Record<never, never>>,
  Q extends TObject = TObject<Record<never, never>>,
>(row: LogRoute<P, Q, A>): readonly AdminRoute[] {
  return LOG_PLACES.map(({ prefix, action, name, logOf }, i) =>
    adminRoute<A, Static<A>, P, Q>({
      id: row.ids[i] as string,
      method: 'GET',
      path: `${prefix}/audit${row.below}`,
      action,
      summary: row.summary.replace('LOG', name),
      status: 200,
      ...(row.params && { params: row.params }),
      ...(row.query && { query: row.query }),
      answer: row.answer,
      example: row.example,
      prepare: (context, input) => ({
        targets: [{ action, resource: '*' }],
        ...(row.details && { details: row.details(input) }),
        run: async () => ({ value: await row.read(context, logOf(context), input) }),
      }),
      show: (value) => value,
    }),
  );
}
