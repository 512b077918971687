import { iamIdOf } from '../../../identity/iam-id.ts';
import { setKeyRules, type KeyRules } from '../../../keys/key-rules.ts';
import type { OpenKey } from '../../../keys/open-key.ts';
import type { Target } from '../../../pipeline/act.ts';
import { andThen } from '../../../records/ports.ts';
import { collection } from '../answer.ts';
import { KeyProtectError } from '../errors.ts';
import { facts } from '../facts.ts';
import { resourcesOf } from '../fields.ts';
import { findKey, targetOf } from '../find-key.ts';
import {
  factsOfRules,
  keyPolicyOf,
  readKeyPolicies,
  rulesOf,
  showKeyPolicies,
  type KeyPolicy,
} from '../key-policies.ts';
import type { Operation, OperationContext } from '../operation.ts';
import { requireOwnInstance } from '../own-instance.ts';
import { ruleActions, ruleContext } from '../rule-actions.ts';

/** `GET /keys/{id}/policies`: those that were ever set, of deleted keys too. */
export const getKeyPolicies: Operation = {
  notes:
    'rotation is the one schedule of the key, which EnableKeyRotation of the AWS wire sets too: its days are told in whole months of 30, and a policy that nobody set on this wire has the id of the key',
  prepare(context, { path, query }) {
    const only = keyPolicyOf(query);
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: [targetOf(context, 'kms:GetKeyRotationStatus', open)],
      run: () => {
        const shown = showKeyPolicies(context.instance, open.key, only);
        return { value: collection('policy', shown), result: facts({ totalResources: shown.length }) };
      },
    }));
  },
};

/** `PUT /keys/{id}/policies`: sets one policy or both, in one resource or in two. */
export const putKeyPolicies: Operation = {
  notes:
    'an interval counts from the last rotation or the creation, and what is overdue is rotated at once; rotation of an imported key is refused (409, inferred), of one that is not active too; dualAuthDelete cannot be disabled once it is enabled (400, inferred); an interval without `enabled` enables',
  prepare(context, { path, query, body }) {
    requireOwnInstance(context);
    const only = keyPolicyOf(query);
    const asked = readKeyPolicies(resourcesOf(body, ['type', 'rotation', 'dualAuthDelete']));
    if (only !== undefined) requireOnly(asked, only);
    return andThen(findKey(context, path['id'] as string), (open) => ({
      targets: targetsOf(context, asked, open),
      details: facts({ initialValue: factsOfRules(rulesOf(open.key, asked)), newValue: factsOfRules(asked) }),
      run(nowMs) {
        const by = iamIdOf(context.principal);
        const { value: key, ...change } = setKeyRules(open.space, open.key, asked, by, nowMs, context.random);
        return { ...change, value: collection('policy', showKeyPolicies(context.instance, key, only)) };
      },
    }));
  },
};

function targetsOf(context: OperationContext, asked: KeyRules, open: OpenKey): Target[] {
  return ruleActions(asked).map((action) => ({ ...targetOf(context, action, open), ...ruleContext(action, asked) }));
}

function requireOnly({ rotation, dualAuthorization }: KeyRules, only: KeyPolicy): void {
  const [wanted, other] = only === 'rotation' ? [rotation, dualAuthorization] : [dualAuthorization, rotation];
  if (wanted !== undefined && other === undefined) return;
  throw new KeyProtectError(
    'BODY_QUERY_PARAM_MISMATCH_ERR',
    `The query_param 'policy' is ${only}: the body must hold this policy and no other`,
    { type: 'query_param', name: 'policy' },
  );
}
