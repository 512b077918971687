import { retiringSpace } from '../../../keys/grant-record.ts';
import { partyName, type GrantParty } from '../../../keys/grant.ts';
import type { NamedRef } from '../../../records/ports.ts';
import { isFound } from '../expressible.ts';
import { AwsKmsError } from '../errors.ts';
import type { GrantListEntry } from '../model.gen.ts';
import type { Operation, OperationContext } from '../operation.ts';
import { GRANT_LIMITS, grantEntry } from './grant-entry.ts';
import { requiredParty } from './grant-input.ts';
import { pageEnd, readPage } from './paging.ts';

const ACTION = 'kms:ListRetirableGrants';
const PRINCIPAL_ARN = /^arn:aws:(?:iam|sts)::(\d{12}):.+$/;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html */
export const listRetirableGrants: Operation<'ListRetirableGrants'> = {
  actions: [ACTION],
  keys: [],
  notes: 'RetiringServicePrincipal is for the service itself; a principal that does not exist has an empty list',
  prepare(context, input) {
    const retiring = requiredParty('Retiring', input.RetiringPrincipal, input.RetiringServicePrincipal);
    requireOwn(context, retiring);
    const space = retiringSpace(context.instance.region, partyName(retiring));
    const list = { operation: 'ListRetirableGrants', keyId: partyName(retiring) } as const;
    const { limit, after } = readPage(context, list, GRANT_LIMITS, input);
    return {
      // The API page: the resource is the retiring principal; no permission on the keys is asked for.
      targets: [{ action: ACTION, resource: retiring.name }],
      details: { retiring: retiring.name },
      async run(nowMs) {
        const names = await context.records.listNames(space, {
          limit: limit + 1,
          ...(after !== undefined && { after }),
        });
        const page = names.slice(0, limit);
        const entries = await Promise.all(page.map((ref) => entryOf(context, retiring, ref, nowMs)));
        const next = names.length > limit ? page.at(-1)?.name : undefined;
        return { value: { Grants: entries.flat(), ...pageEnd(context, list, next) } };
      },
    };
  },
};

/** A principal of the caller's account, or the calling service. */
function requireOwn({ principal, instance }: OperationContext, { type, name }: GrantParty): void {
  if (type === 'service') {
    if (principal.service === name) return;
    throw refused(principal.arn, name, 'RetiringServicePrincipal is for the service itself');
  }
  const accountId = PRINCIPAL_ARN.exec(name)?.[1];
  if (accountId === undefined) {
    throw new AwsKmsError('InvalidArnException', `ARN does not refer to a valid principal: ${name}`);
  }
  if (accountId !== instance.accountId) throw refused(principal.arn, name, 'it is not of the same account');
}

function refused(caller: string, name: string, why: string): AwsKmsError {
  return new AwsKmsError(
    'AccessDeniedException',
    `User: ${caller} is not authorized to perform: ${ACTION} on resource: ${name} because ${why}`,
  );
}

/** The entry of a grant, unless it or its key is gone by now, or it names another one. */
async function entryOf(
  { directory, keys, grants, instance }: OperationContext,
  retiring: GrantParty,
  ref: NamedRef,
  nowMs: number,
): Promise<GrantListEntry[]> {
  const owner = await directory.instance(ref.tenantId, instance.region);
  const grant = owner && (await grants.named(owner, ref));
  const open = grant && (await keys.find(owner, grant.keyId));
  if (!open || !grant.retiring || partyName(grant.retiring) !== partyName(retiring)) return [];
  return !isFound(open.key, nowMs) ? [] : [grantEntry(grant, owner.accountId)];
}
