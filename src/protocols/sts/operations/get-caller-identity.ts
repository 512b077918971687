import { userIdOf, type Principal } from '../../../identity/principal.ts';
import { operation } from '../operation.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: it needs no permission. */
export const getCallerIdentity = operation<Principal>({
  notes: 'UserId is a UUID where AWS has AIDA... and AROA...',
  prepare: ({ proof }, parameters) => {
    parameters.requireAllKnown();
    return {
      targets: [{ action: 'sts:GetCallerIdentity', resource: '*', isFree: true }],
      run: () => ({ value: proof.principal }),
    };
  },
  show: (principal) => ({ Arn: principal.arn, UserId: userIdOf(principal), Account: principal.accountId }),
});
