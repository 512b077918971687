import Type from 'typebox';
import { unknownActions } from '../../../identity/unknown-actions.ts';
import { KeyError } from '../../../keys/errors.ts';
import { setAccessPolicy } from '../../../keys/lifecycle.ts';
import { OpenKey } from '../../../keys/open-key.ts';
import { checkAccessPolicy } from '../../../pipeline/check-access-policy.ts';
import { findKey, KEY_EXAMPLE, KEY_PARAMS } from '../find-key.ts';
import { keyRefusal } from '../key-errors.ts';
import { keyRoute } from '../key-route.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, REGION_NAME, UNKNOWN_ACTIONS } from '../schema.ts';

const POLICY = named('KeyPolicy', {
  keyId: Type.String(),
  region: REGION_NAME,
  policy: Type.String({ description: 'the text as it was given, to the letter' }),
  unknownActions: Type.Optional(UNKNOWN_ACTIONS),
});
const PROBLEM = named('KeyPolicyProblem', { code: Type.String(), message: Type.String() });

const WANTED = closed({
  policy: Type.String({ minLength: 1, maxLength: 60_000, description: 'JSON in the policy language of AWS' }),
  allowLockout: Type.Optional(
    Type.Boolean({ default: false, description: 'although you could not change it again yourself' }),
  ),
});
const EXAMPLE = { policy: '{"Version":"2012-10-17","Statement":[]}', allowLockout: false };

export const getKeyPolicy = adminRoute({
  id: 'getKeyPolicy',
  method: 'GET',
  path: '/regions/{region}/keys/{keyId}/policy',
  action: 'kms:GetKeyPolicy',
  summary: 'Shows the policy of a key',
  status: 200,
  params: KEY_PARAMS,
  answer: POLICY,
  example: { params: KEY_EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await findKey(context, 'kms:GetKeyPolicy', params);
    return { targets: [found.target], run: (nowMs) => ({ value: found.require(nowMs) }) };
  },
  show: ({ key: { id: keyId, region, accessPolicy: policy } }: OpenKey) => ({ keyId, region, policy, ...dead(policy) }),
});

export const setKeyPolicy = keyRoute({
  id: 'setKeyPolicy',
  method: 'POST',
  below: '/policy',
  action: 'kms:PutKeyPolicy',
  summary: 'Sets the policy of a key. It counts for every request that starts after the answer',
  body: WANTED,
  example: EXAMPLE,
  details: ({ allowLockout = false }) => ({ bypassPolicyLockoutSafetyCheck: allowLockout }),
  asked: ({ allowLockout = false }) => ({ 'kms:bypasspolicylockoutsafetycheck': [String(allowLockout)] }),
  change: async (space, key, { policy, allowLockout = false }, nowMs, context) => {
    await check(context, policy, new OpenKey(key, space), allowLockout, nowMs);
    return setAccessPolicy(space, key, policy, nowMs);
  },
});

interface Checked {
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly unknownActions?: string[];
}

export const checkKeyPolicy = adminRoute({
  id: 'checkKeyPolicy',
  method: 'POST',
  path: '/regions/{region}/keys/{keyId}/policy/check',
  action: 'kms:PutKeyPolicy',
  summary: 'Tells what would be refused of a policy for a key, and what in it means nothing, without setting it',
  status: 200,
  params: KEY_PARAMS,
  body: WANTED,
  answer: closed({
    problems: Type.Array(PROBLEM, { description: 'none: it can be set' }),
    unknownActions: Type.Optional(UNKNOWN_ACTIONS),
  }),
  example: { params: KEY_EXAMPLE, body: EXAMPLE },
  prepare: async (context, { params, body: { policy, allowLockout = false } }) => {
    const found = await findKey(context, 'kms:PutKeyPolicy', params);
    return {
      targets: [found.target],
      details: { isCheck: true },
      run: async (nowMs) => {
        const problems = await problemsOf(context, policy, found.require(nowMs), allowLockout, nowMs);
        const isReadable = problems.every(({ code }) => code !== 'access-policy-malformed');
        return { value: { problems, ...(isReadable && dead(policy)) } };
      },
    };
  },
  show: ({ problems, ...rest }: Checked) => ({ problems: [...problems], ...rest }),
});

/** What nobody would find in a policy by reading. AWS takes it too, so it is no reason to refuse one. */
function dead(policy: string): Pick<Checked, 'unknownActions'> {
  const unknown = unknownActions(policy, 'key');
  return unknown.length > 0 ? { unknownActions: [...unknown] } : {};
}

/** @throws {KeyError} `access-policy-malformed`, `access-policy-lockout` */
async function check(
  { services, call, proof }: AdminContext,
  text: string,
  open: OpenKey,
  allowLockout: boolean,
  nowMs: number,
): Promise<void> {
  const { policyBytes } = services.quotas;
  if (Buffer.byteLength(text, 'utf8') > policyBytes) {
    throw new KeyError('access-policy-malformed', {
      keyId: open.key.id,
      detail: `it has more than ${policyBytes} bytes (the quota policyBytes)`,
    });
  }
  const author = { call, directory: services.directory, accountId: proof.tenant.accountId };
  await checkAccessPolicy(author, text, open, allowLockout, nowMs);
}

async function problemsOf(
  ...[context, text, open, allowLockout, nowMs]: Parameters<typeof check>
): Promise<Checked['problems']> {
  try {
    await check(context, text, open, allowLockout, nowMs);
    return [];
  } catch (error) {
    if (!(error instanceof KeyError) || !error.code.startsWith('access-policy-')) throw error;
    const { code, message } = keyRefusal(error);
    return [{ code, message }];
  }
}
