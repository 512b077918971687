import { setAccessPolicy } from '../../../keys/lifecycle.ts';
import { andThen } from '../../../records/ports.ts';
import { checkPolicy, requirePolicyName } from './key-policy.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html */
export const putKeyPolicy = management<'PutKeyPolicy'>({
  action: 'kms:PutKeyPolicy',
  notes:
    'refused when it is put (inferred): an action without its service, NotPrincipal with Allow, values that are not of the type of their operator; Federated and CanonicalUser principals are taken and mean nobody; any partition is taken',
  check: requirePolicyName,
  details: ({ BypassPolicyLockoutSafetyCheck }) => ({
    bypassPolicyLockoutSafetyCheck: BypassPolicyLockoutSafetyCheck,
  }),
  run(context, { open }, { Policy, BypassPolicyLockoutSafetyCheck }, nowMs) {
    return andThen(checkPolicy(context, Policy, open, BypassPolicyLockoutSafetyCheck, nowMs), () => ({
      ...setAccessPolicy(open.space, open.key, Policy, nowMs),
      value: undefined,
    }));
  },
});
