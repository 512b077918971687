import type { GrantedRight } from '../access/request.ts';
import { actionsOf as authorizedActionsOf, authorizationsOf, reaches } from '../identity/authorization.ts';
import type { Principal } from '../identity/principal.ts';
import type { GrantCache } from '../keys/grant-cache.ts';
import { actionOf, hasContext } from '../keys/grant-operations.ts';
import { isParty, partyNamesOf, type ContextPairs, type Grant } from '../keys/grant.ts';
import { DEFAULT_RING } from '../keys/key.ts';
import type { OpenKey } from '../keys/open-key.ts';
import type { Freshness, MaybePromise, RecordReader } from '../records/ports.ts';
import { EpochMemo } from '../records/record-cache.ts';

type AuthorizationReader = Pick<RecordReader, 'read' | 'listNames'>;

const MAX_FOUND = 10_000;

/** A right with the grant that gives it; without one, an authorization of a service gives it. */
export interface RightOfGrant extends GrantedRight {
  readonly grant?: Grant;
}

/** Finds what grants and authorizations give a principal on a key. Asked only where policies alone do not allow and do not deny. */
export interface Granted {
  find(key: OpenKey, principal: Principal): MaybePromise<readonly RightOfGrant[]>;
}

/**
 * What the grants in the store give, and to services what tenants have authorized them to. What was found for a
 * principal on a key stays until any state changes.
 */
export function grantedBy(grants: GrantCache, records: Freshness & AuthorizationReader): Granted {
  const found = new EpochMemo<readonly RightOfGrant[]>(records, MAX_FOUND);
  return {
    find(open, principal) {
      const { key, space } = open;
      const parties = partyNamesOf(principal);
      const rights = found.find([key.tenantId, key.region, key.id, ...parties].join(' '), async () => {
        const ofEach = await Promise.all(parties.map((party) => grants.ofGrantee(space, key, party)));
        const byGrants = ofEach.flat().flatMap((grant) => rightsOf(grant, principal));
        if (principal.service === undefined) return byGrants;
        return [...byGrants, ...(await authorizedBy(records, open, principal.service))];
      });
      // What is found is a list, if an empty one.
      return rights as MaybePromise<readonly RightOfGrant[]>;
    },
  };
}

async function authorizedBy(
  records: AuthorizationReader,
  { key, space }: OpenKey,
  service: string,
): Promise<RightOfGrant[]> {
  const place = { region: key.region, keyRing: key.keyRing ?? DEFAULT_RING, id: key.id };
  const all = await authorizationsOf(records, { tenantId: key.tenantId, tenantKey: space.tenantKey }, service);
  return all
    .filter((authorization) => reaches(authorization, place))
    .map((one) => ({ grantId: one.id, actions: authorizedActionsOf(one).map((action) => action.toLowerCase()) }));
}

/**
 * What one grant gives. A constraint about the encryption context is one of the operations that have such a context
 * (API_GrantConstraints). Who may retire a grant, the grant says in its own way.
 */
function rightsOf(grant: Grant, principal: Principal): RightOfGrant[] {
  const { constraints } = grant;
  const isOwn = isParty(grant.grantee, principal);
  const given = grant.operations.filter((operation) => operation !== 'RetireGrant');
  const [withContext, without] = [given.filter(hasContext), given.filter((operation) => !hasContext(operation))];
  const common = {
    grant,
    grantId: grant.id,
    ...(!isOwn && { toAccount: true }),
    ...(constraints.sourceArn !== undefined && { sourceArn: constraints.sourceArn }),
  };
  const contextual = {
    ...mapOf('encryptionContextEquals', constraints.encryptionContextEquals),
    ...mapOf('encryptionContextSubset', constraints.encryptionContextSubset),
  };
  return [
    ...(withContext.length > 0 ? [{ ...common, ...contextual, actions: actionsOf(withContext) }] : []),
    ...(without.length > 0 ? [{ ...common, actions: actionsOf(without) }] : []),
  ];
}

function actionsOf(operations: Grant['operations']): string[] {
  return operations.map((operation) => actionOf(operation).toLowerCase());
}

function mapOf<Name extends string>(
  name: Name,
  pairs: ContextPairs | undefined,
): { [N in Name]?: Map<string, string> } {
  return (pairs === undefined ? {} : { [name]: new Map(pairs) }) as { [N in Name]?: Map<string, string> };
}
