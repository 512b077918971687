import { externalIdOf } from '../environments/aws-access.ts';
import { documentOf, type PolicyDocument } from './role.ts';

/** Who assumes a role, and for whom. */
export interface TrustPolicySubject {
  /** The ARN of the principal whose access key the environment has, or of the server itself. */
  readonly principal: string;
  readonly tenant: string;
}

/**
 * The trust policy of a role that an environment's bucket or master key is reached by. Only with the external id of the tenant, which
 * nobody can choose, is the role assumed: a server that serves many cannot be talked into serving one with another's.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function trustPolicy({ principal, tenant }: TrustPolicySubject): PolicyDocument {
  const statement = {
    Sid: 'KeysteadVaultAssumes',
    Effect: 'Allow',
    Principal: { AWS: principal },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': externalIdOf(tenant) } },
  } as const;
  // A trust policy stands for its role and takes no Resource.
  return documentOf([statement as unknown as PolicyDocument['Statement'][number]]);
}
