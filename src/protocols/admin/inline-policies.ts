import type { TObject } from 'typebox';
import Type, { type Static } from 'typebox';
import type { Holder, InlinePolicy } from '../../identity/holder.ts';
import { unknownActions } from '../../identity/unknown-actions.ts';
import type { HolderKind } from './holder-routes.ts';
import { adminRoute, type AdminRoute } from './route.ts';
import { closed, named, POLICY_NAME_TEXT, UNKNOWN_ACTIONS } from './schema.ts';

const INLINE_POLICY = named('InlinePolicy', {
  name: POLICY_NAME_TEXT,
  document: Type.String({ description: 'the JSON text of the policy, to the letter' }),
  unknownActions: Type.Optional(UNKNOWN_ACTIONS),
});

/** States the endpoint that shows the policies of one user or role alone: whoever may look at it may read them. */
export function inlinePoliciesRoute<H extends Holder, P extends TObject, Shown>(
  kind: HolderKind<H, P, Shown>,
): AdminRoute {
  const { noun } = kind;
  return adminRoute({
    id: `list${noun}InlinePolicies`,
    method: 'GET',
    path: `${kind.path}/inline-policies`,
    action: `keystead:Get${noun}`,
    summary: `Lists the policies that belong to a ${noun.toLowerCase()} alone, with their texts`,
    status: 200,
    params: kind.params,
    answer: closed({ items: Type.Array(INLINE_POLICY) }),
    example: { params: kind.example } as never,
    prepare: async (context, { params }) => {
      const given = params as Static<P>;
      const holder = await kind.find(context, given);
      return {
        targets: [{ action: `keystead:Get${noun}`, resource: kind.resource(context, given, holder) }],
        run: () => ({ value: kind.require(holder, given).inline }),
      };
    },
    show: (policies: readonly InlinePolicy[]) => ({ items: policies.map(showInline) }),
  });
}

function showInline({ name, document }: InlinePolicy): Static<typeof INLINE_POLICY> {
  const unknown = unknownActions(document, 'identity');
  return { name, document, ...(unknown.length > 0 && { unknownActions: [...unknown] }) };
}
