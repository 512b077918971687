import { andThen } from '../../../records/ports.ts';
import { collection } from '../answer.ts';
import { facts } from '../facts.ts';
import { showPolicies } from '../instance-policies.ts';
import { instanceTarget } from '../instance-target.ts';
import type { Operation } from '../operation.ts';
import { policyTypeOf } from '../policy-query.ts';

/** `GET /instance/policies`: those that were ever set. */
export const getInstancePolicies: Operation = {
  notes:
    'addresses are told as they count: without bits of hosts, IPv4 also where it was sent as IPv6, each once (inferred)',
  prepare(context, { query }) {
    const only = policyTypeOf(query);
    return {
      targets: [instanceTarget(context, 'kms:GetInstancePolicies')],
      run: () =>
        andThen(context.keys.instancePolicies.find(context.instance), (policies) => {
          const shown = showPolicies(policies, only);
          return { value: collection('policy', shown), result: facts({ totalResources: shown.length }) };
        }),
    };
  },
};

/** `GET /instance/allowed_ip_port`: where to go from a private network while addresses are bounded. */
export const getAllowedIpPort: Operation = {
  notes: 'the port by which the request came: there is no other one for private networks; nothing without allowedIP',
  prepare: (context) => ({
    targets: [instanceTarget(context, 'kms:GetInstancePolicies')],
    run: () =>
      andThen(context.keys.instancePolicies.find(context.instance), ({ addresses }) => ({
        value: collection(
          'allowed_ip_metadata',
          addresses?.isEnabled === true ? [{ private_endpoint_port: context.port }] : [],
        ),
      })),
  }),
};
