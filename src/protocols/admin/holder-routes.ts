import type { Static, TObject } from 'typebox';
import Type from 'typebox';
import { withInline, withoutInline, type Holder } from '../../identity/holder.ts';
import { withAssignment, withoutAssignment } from '../../identity/role-assignment.ts';
import { withoutTags, withTags } from '../../identity/tags.ts';
import type { Tenant } from '../../identity/tenant.ts';
import type { Target } from '../../pipeline/act.ts';
import type { Put, Write } from '../../records/commit.ts';
import { findPolicy, operatorTargets } from './attached-policies.ts';
import { attach, detach, type HolderChange } from './holder-changes.ts';
import { adminRoute, type AdminContext, type AdminRoute } from './route.ts';
import { bound, WANTED_ASSIGNMENT } from './role-assignments.ts';
import { closed, POLICY_NAME_TEXT, TAG, UUID } from './schema.ts';

/** The text of a policy, as JSON in a string: it is kept to the letter. */
export const DOCUMENT = Type.String({ minLength: 1, maxLength: 20_000, description: 'the JSON text of the policy' });

const POLICY = closed({ policy: POLICY_NAME_TEXT });
const EXAMPLE_DOCUMENT =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}}';

/** Users or roles: how the endpoints that change their policies and tags find them, write them and show them. */
export interface HolderKind<H extends Holder, P extends TObject, Shown> {
  /** `Principal`, `Role`: in the names of operations and permissions. */
  readonly noun: string;
  readonly path: string;
  readonly params: P;
  readonly answer: TObject;
  readonly example: Static<P>;
  /** Characters of all inline policies together. */
  readonly inlineLimit: number;
  /** `undefined` where there is none: what `require` then throws is told behind the decision. */
  find(context: AdminContext, params: Static<P>): Promise<H | undefined>;
  require(holder: H | undefined, params: Static<P>): H;
  resource(context: AdminContext, params: Static<P>, holder: H | undefined): string;
  put(tenant: Tenant, after: H): { readonly after: H; readonly write: Put };
  name(context: AdminContext, holder: H): Promise<Shown>;
  show(shown: Shown): unknown;
  /** What else becomes of a holder to whom a policy was attached. Absent: nothing. */
  attached?(context: AdminContext, before: H, after: H): Promise<HolderChange<H>>;
}

type Step<H extends Holder, B> = (
  context: AdminContext,
  holder: H,
  body: B,
  nowMs: number,
) => Promise<HolderChange<H>> | HolderChange<H>;

/** What one endpoint on a user or a role says of itself; finding it, writing it and showing it is common to all. */
interface ChangeRow<H extends Holder, B extends TObject> {
  readonly id: string;
  readonly action: string;
  /** Below the holder: `/policies/attach`. */
  readonly below: `/${string}`;
  readonly summary: string;
  readonly body?: B;
  readonly example?: Static<B>;
  readonly urgent?: boolean;
  /** What it takes besides, by what is asked for. */
  readonly targets?: (body: Static<B>) => readonly Target[];
  /** What of the body goes into the entry; all of it where nothing is said. */
  readonly details?: (body: Static<B>) => object;
  readonly step: Step<H, Static<B>>;
}

/** States an endpoint that changes one user or role. */
export function holderChange<
  H extends Holder,
  P extends TObject,
  Shown,
  B extends TObject = TObject<Record<never, never>>,
>(kind: HolderKind<H, P, Shown>, row: ChangeRow<H, B>): AdminRoute {
  return adminRoute({
    id: row.id,
    method: 'POST',
    path: `${kind.path}${row.below}`,
    action: row.action,
    summary: row.summary,
    status: 200,
    params: kind.params,
    ...(row.body && { body: row.body }),
    answer: kind.answer,
    example: { params: kind.example, ...(row.example && { body: row.example }) } as never,
    prepare: async (context, { params, body }) => {
      const { tenant } = context.proof;
      const given = params as Static<P>;
      const holder = await kind.find(context, given);
      return {
        targets: [
          { action: row.action, resource: kind.resource(context, given, holder) },
          // Nobody of a tenant changes what an operator has: it could lock the operator out, or in.
          ...operatorTargets(holder?.policies ?? [], 'installation:ChangeOperator'),
          ...(row.targets?.(body as Static<B>) ?? []),
        ],
        details: { ...(params as object), ...(row.details ?? ((all: object) => all))((body ?? {}) as Static<B>) },
        run: async (nowMs: number) => {
          const before = kind.require(holder, given);
          const change = await row.step(context, before, body as Static<B>, nowMs);
          if (change.holder === before) return { value: await kind.name(context, before) };
          const { after, write } = kind.put(tenant, change.holder);
          const writes: readonly Write[] = [write, ...change.writes];
          return {
            value: await kind.name(context, after),
            writes,
            ...(change.preconditions && { preconditions: change.preconditions }),
            ...(row.urgent === true && { urgent: true }),
          };
        },
      };
    },
    show: (shown: Shown) => kind.show(shown) as never,
  });
}

/** The endpoints by which policies and tags of users, or of roles, are changed. */
export function holderRoutes<H extends Holder, P extends TObject, Shown>(
  kind: HolderKind<H, P, Shown>,
): readonly AdminRoute[] {
  const { noun } = kind;
  const who = noun.toLowerCase();
  return [
    holderChange(kind, {
      id: `attach${noun}Policy`,
      action: `keystead:Attach${noun}Policy`,
      below: '/policies/attach',
      summary: `Attaches a policy to a ${who}: a built-in one, or one of the tenant`,
      body: POLICY,
      example: { policy: 'user' },
      targets: ({ policy }) => operatorTargets([policy], 'installation:AppointOperator'),
      step: async (context, holder, { policy }) => {
        const { services, proof } = context;
        const change = attach(proof.tenant, holder, [await findPolicy(services.directory, proof.tenant, policy)]);
        const further = await kind.attached?.(context, holder, change.holder);
        return further === undefined ? change : { ...further, writes: [...change.writes, ...further.writes] };
      },
    }),
    holderChange(kind, {
      id: `detach${noun}Policy`,
      action: `keystead:Detach${noun}Policy`,
      below: '/policies/detach',
      summary: `Takes a policy from a ${who}: from the answer on it allows and denies nothing there`,
      body: POLICY,
      example: { policy: 'user' },
      urgent: true,
      step: async ({ services, proof }, holder, { policy }) =>
        detach(proof.tenant, holder, [await findPolicy(services.directory, proof.tenant, policy)]),
    }),
    holderChange(kind, {
      id: `put${noun}InlinePolicy`,
      action: `keystead:Put${noun}InlinePolicy`,
      below: '/inline-policies/put',
      summary: `Gives a ${who} a policy that belongs to it alone, in place of the one of that name`,
      body: closed({ name: POLICY_NAME_TEXT, document: DOCUMENT }),
      example: { name: 'encrypt', document: EXAMPLE_DOCUMENT },
      step: (_, holder, policy) => ({ holder: withInline(holder, policy, kind.inlineLimit), writes: [] }),
    }),
    holderChange(kind, {
      id: `delete${noun}InlinePolicy`,
      action: `keystead:Delete${noun}InlinePolicy`,
      below: '/inline-policies/delete',
      summary: `Takes a policy away that belongs to a ${who} alone`,
      body: closed({ name: POLICY_NAME_TEXT }),
      example: { name: 'encrypt' },
      urgent: true,
      step: (_, holder, { name }) => ({ holder: withoutInline(holder, name), writes: [] }),
    }),
    holderChange(kind, {
      id: `tag${noun}`,
      action: `keystead:Tag${noun}`,
      below: '/tags/set',
      summary: `Sets tags of a ${who}: policies may ask for them`,
      body: closed({ tags: Type.Array(TAG, { minItems: 1, maxItems: 50 }) }),
      example: { tags: [{ key: 'department', value: 'finance' }] },
      step: (_, holder, { tags }) => ({ holder: { ...holder, tags: withTags(holder.tags, tags) }, writes: [] }),
    }),
    holderChange(kind, {
      id: `untag${noun}`,
      action: `keystead:Untag${noun}`,
      below: '/tags/delete',
      summary: `Takes tags from a ${who}`,
      body: closed({ keys: Type.Array(TAG.properties.key, { minItems: 1, maxItems: 50 }) }),
      example: { keys: ['department'] },
      step: (_, holder, { keys }) => ({ holder: { ...holder, tags: withoutTags(holder.tags, keys) }, writes: [] }),
    }),
    holderChange(kind, {
      id: `assign${noun}KeyRole`,
      action: `keystead:Assign${noun}KeyRole`,
      below: '/key-roles/assign',
      summary: `Gives a ${who} roles of IBM Key Protect: over all instances, one of them, a key ring or a key`,
      body: WANTED_ASSIGNMENT,
      example: { roles: ['Writer'], region: 'us-south', keyRing: 'payments' },
      step: async (context, holder, wanted) => ({
        holder: withAssignment(holder, await bound(context, wanted), context.services.random),
        writes: [],
      }),
    }),
    holderChange(kind, {
      id: `remove${noun}KeyRole`,
      action: `keystead:Remove${noun}KeyRole`,
      below: '/key-roles/remove',
      summary: `Takes roles of IBM Key Protect from a ${who}: from the answer on they allow nothing`,
      body: closed({ assignmentId: UUID }),
      example: { assignmentId: '8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10' },
      urgent: true,
      step: (_, holder, { assignmentId }) => ({ holder: withoutAssignment(holder, assignmentId), writes: [] }),
    }),
  ];
}
