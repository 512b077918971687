import { iamIdOf } from '../../../identity/iam-id.ts';
import { whileItLasts } from '../../../identity/tenant.ts';
import { putInstancePolicies as put } from '../../../keys/instance-policies-record.ts';
import { setInstancePolicies } from '../../../keys/instance-policies.ts';
import { andThen } from '../../../records/ports.ts';
import { NO_CONTENT } from '../answer.ts';
import { KeyProtectError } from '../errors.ts';
import { facts } from '../facts.ts';
import { resourcesOf } from '../fields.ts';
import { factsOfPolicies, readPolicy, type PolicyType } from '../instance-policies.ts';
import { instanceTarget } from '../instance-target.ts';
import type { Operation, OperationInput } from '../operation.ts';
import { policyTypeOf } from '../policy-query.ts';

/** `PUT /instance/policies`: sets one policy or several, each once. */
export const putInstancePolicies: Operation = {
  notes:
    'attributes of a policy that is switched off count for nothing, since clients of IBM (Go, Python) send them then too; only the interval of a rotation is refused there; 1 to 1,000 subnets, addresses with bits of hosts are taken for their subnet (inferred). allowedNetwork and allowedIP bind this wire, the AWS wire and external key stores, not the admin API: who locks the instance by mistake opens it there. private-only lets in loopback, RFC 1918, RFC 4193 and link-local addresses of the client (the peer of the connection, or whom a trusted proxy speaks for). metrics has the requests of this wire counted by the minute, with their statuses and how long they took, under the names of IBM\'s gauges: "keystead instance metrics"; each server counts what it answered itself, from where the instance of a request is known on',
  prepare(context, { query, body }) {
    const { instance, keys, principal } = context;
    const asked = askedPolicies({ query, body });
    const types = asked.map(({ type }) => type);
    return andThen(keys.instancePolicies.find(instance), (before) => {
      const settings = asked.map(({ setting }) => setting);
      const after = (nowMs: number) => setInstancePolicies(before, settings, iamIdOf(principal), nowMs);
      return {
        targets: [instanceTarget(context, 'kms:PutInstancePolicies')],
        details: facts({
          initialValue: factsOfPolicies(before, types),
          newValue: factsOfPolicies(after(0), types),
        }),
        run: (nowMs) => ({
          value: NO_CONTENT,
          writes: [put(instance, after(nowMs))],
          preconditions: [whileItLasts(instance)],
        }),
      };
    });
  },
};

function askedPolicies({ query, body }: Pick<OperationInput, 'query' | 'body'>): ReturnType<typeof readPolicy>[] {
  const only = policyTypeOf(query);
  const asked = resourcesOf(body, ['policy_type', 'policy_data']).map(readPolicy);
  const types = asked.map(({ type }) => type);
  if (only !== undefined) types.forEach((type) => requireAsked(type, only));
  if (new Set(types).size < types.length) {
    throw new KeyProtectError(
      'NUM_COLLECTION_RESOURCE_ERR',
      'A policy is in the collection twice: Please send each policy_type once',
    );
  }
  return asked;
}

function requireAsked(type: PolicyType, only: PolicyType): void {
  if (type === only) return;
  throw new KeyProtectError(
    'BODY_QUERY_PARAM_MISMATCH_ERR',
    `The query_param 'policy' is ${only}, and the policy_type in the body is ${type}: they must agree`,
    { type: 'query_param', name: 'policy' },
  );
}
