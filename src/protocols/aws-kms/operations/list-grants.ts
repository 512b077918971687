import { granteeSpace, grantScope, readGrant } from '../../../keys/grant-record.ts';
import { partyName, type Grant, type GrantParty } from '../../../keys/grant.ts';
import { andThen } from '../../../records/ports.ts';
import { ID_OR_ARN } from '../arn.ts';
import type { Input, Operation, OperationContext } from '../operation.ts';
import { resolveKey, targetOf, type ResolvedKey } from '../resolve.ts';
import { GRANT_LIMITS, grantEntry } from './grant-entry.ts';
import { oneParty, requireGrantId } from './grant-input.ts';
import { pageEnd, readPage, type ListPage, type PageRequest } from './paging.ts';

const ACTION = 'kms:ListGrants';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html */
export const listGrants: Operation<'ListGrants'> = {
  actions: [ACTION],
  keys: [{ member: 'KeyId', forms: ID_OR_ARN }],
  notes:
    'the filter GranteeServicePrincipal is open to whoever may list; a GrantId that is not there gives an empty list',
  prepare(context, input, nowMs) {
    if (input.GrantId !== undefined) requireGrantId(input.GrantId);
    const grantee = oneParty('Grantee', input.GranteePrincipal, input.GranteeServicePrincipal);
    return andThen(resolveKey(context, input.KeyId, ID_OR_ARN, nowMs), (resolved) => {
      const list = { operation: 'ListGrants', keyId: resolved.open.key.id } as const;
      const request = readPage(context, list, GRANT_LIMITS, input);
      return {
        targets: [targetOf(ACTION, resolved)],
        finds: true,
        async run() {
          const page = await pageOf(context, resolved, input.GrantId, grantee, request);
          const Grants = page.entries.map((grant) => grantEntry(grant, resolved.accountId));
          return { value: { Grants, ...pageEnd(context, list, page.next) } };
        },
      };
    });
  },
};

async function pageOf(
  { grants, records }: OperationContext,
  { open }: ResolvedKey,
  grantId: Input<'ListGrants'>['GrantId'],
  grantee: GrantParty | undefined,
  { limit, after }: PageRequest,
): Promise<ListPage<Grant>> {
  const { key, space } = open;
  const isListed = (grant: Grant | undefined): grant is Grant =>
    grant?.keyId === key.id &&
    grant.region === key.region &&
    (grantee === undefined || partyName(grant.grantee) === partyName(grantee));
  if (grantId !== undefined) {
    return { entries: [await grants.find(space, grantId)].filter(isListed), next: undefined };
  }
  const range = { limit: limit + 1, ...(after !== undefined && { after }) };
  if (grantee === undefined) {
    const rows = await records.list(key.tenantId, 'grant', grantScope(key), range);
    const entries = rows.slice(0, limit).map((row) => readGrant(space.tenantKey, row));
    return { entries, next: rows.length > limit ? entries.at(-1)?.id : undefined };
  }
  const names = await records.listNames(granteeSpace(key, partyName(grantee)), range);
  const page = names.slice(0, limit);
  const found: (Grant | undefined)[] = [];
  for (const ref of page) found.push(await grants.named(space, ref));
  return { entries: found.filter(isListed), next: names.length > limit ? page.at(-1)?.name : undefined };
}
