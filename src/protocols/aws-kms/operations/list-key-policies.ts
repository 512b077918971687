import { POLICY_NAME } from './key-policy.ts';
import { management } from './manage.ts';
import { pageEnd, readPage } from './paging.ts';

const LIMITS = { default: 100, max: 1000 };

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html */
export const listKeyPolicies = management<'ListKeyPolicies'>({
  action: 'kms:ListKeyPolicies',
  run(context, { open }, input) {
    const list = { operation: 'ListKeyPolicies', keyId: open.key.id } as const;
    // The list has one entry, so no marker was ever given out for it.
    readPage(context, list, LIMITS, input);
    return { value: { PolicyNames: [POLICY_NAME], ...pageEnd(context, list, undefined) } };
  },
});
