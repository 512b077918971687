import { requirePolicyName, POLICY_NAME } from './key-policy.ts';
import { management } from './manage.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html */
export const getKeyPolicy = management<'GetKeyPolicy'>({
  action: 'kms:GetKeyPolicy',
  notes: 'the text is answered as it was given; the answer to another PolicyName is inferred',
  check: requirePolicyName,
  run: (_, { open }) => ({ value: { Policy: open.key.accessPolicy, PolicyName: POLICY_NAME } }),
});
