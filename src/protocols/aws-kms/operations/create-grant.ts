import { createGrant as create, requireConstraints, requireGrant, type NewGrant } from '../../../keys/create-grant.ts';
import { isWithin } from '../../../keys/grant-reach.ts';
import { makeGrantToken } from '../../../keys/grant-token.ts';
import type { Done } from '../../../pipeline/act.ts';
import { keyRecordId } from '../../../keys/key-record.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { ID_OR_ARN } from '../arn.ts';
import type { Input, Operation, OperationContext, Output } from '../operation.ts';
import { resolveKey, targetOf, type ResolvedKey } from '../resolve.ts';
import { contextDetails } from './encryption-context.ts';
import { constraintsOf, partiesOf, requireKnown } from './grant-input.ts';
import { dryRun } from './refusals.ts';

const ACTION = 'kms:CreateGrant';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html */
export const createGrant: Operation<'CreateGrant'> = {
  actions: [ACTION],
  keys: [{ member: 'KeyId', forms: ID_OR_ARN }],
  notes:
    'a grantee has at most 5,000 grants on a key (the quota grantsPerGrantee, ours); a grant is in force at once, so its token adds nothing; an account may be named by its id; a service principal is taken as it is; texts about operations and constraints that do not fit are inferred; empty constraints are refused',
  prepare(context, input, nowMs) {
    partiesOf(input);
    const constraints = constraintsOf(input.Constraints);
    requireConstraints(constraints);
    const reach = { operations: input.Operations, constraints };
    return andThen(resolveKey(context, input.KeyId, ID_OR_ARN, nowMs), (resolved) => ({
      // Whoever may make grants by a grant alone can hand on no more than that grant gives.
      targets: [{ ...targetOf(ACTION, resolved), mayRestOn: (grant) => isWithin(reach, grant) }],
      details: detailsOf(input),
      run: (runAtMs) => make(context, resolved, input, runAtMs),
    }));
  },
};

function make(
  context: OperationContext,
  { open }: ResolvedKey,
  input: Input<'CreateGrant'>,
  nowMs: number,
): MaybePromise<Done<Output<'CreateGrant'>>> {
  const wanted: NewGrant = {
    ...partiesOf(input),
    operations: [...new Set(input.Operations)],
    constraints: constraintsOf(input.Constraints),
    issuingAccountId: context.instance.accountId,
    ...(input.Name !== undefined && { name: input.Name }),
  };
  requireGrant(open.key, wanted, nowMs);
  const known = andThen(requireKnown(context, wanted.grantee), () => requireKnown(context, wanted.retiring));
  return andThen(known, () =>
    andThen(create(context.grants, open, wanted, nowMs, context.random), ({ value: grant, ...change }) => {
      if (input.DryRun === true) throw dryRun();
      const { tenantId, id, region, revision } = open.key;
      return {
        value: { GrantId: grant.id, GrantToken: makeGrantToken(open.space.tenantKey, grant, context.random) },
        ...change,
        // What was decided about this key must still hold when the grant comes into force.
        preconditions: [{ ref: { tenantId, kind: 'key', id: keyRecordId(id, region) }, revision }],
      };
    }),
  );
}

function detailsOf(input: Input<'CreateGrant'>) {
  const { EncryptionContextEquals, EncryptionContextSubset, SourceArn } = input.Constraints ?? {};
  return {
    name: input.Name,
    operations: input.Operations,
    granteePrincipal: input.GranteePrincipal,
    granteeServicePrincipal: input.GranteeServicePrincipal,
    retiringPrincipal: input.RetiringPrincipal,
    retiringServicePrincipal: input.RetiringServicePrincipal,
    constraints: input.Constraints && {
      encryptionContextEquals: EncryptionContextEquals && contextDetails(EncryptionContextEquals),
      encryptionContextSubset: EncryptionContextSubset && contextDetails(EncryptionContextSubset),
      sourceArn: SourceArn,
    },
  };
}
