import type { KeyPurpose } from '../master-keys/context.ts';
import { documentOf, type PolicyDocument, type PolicyStatement, type VaultRole } from './role.ts';

/** Whose use of a master key is allowed. */
export interface KeyPolicySubject {
  /** The ARN of the principal whose credentials the environment has. */
  readonly principal: string;
  readonly tenant: string;
  /** Absent: every environment of the tenant. */
  readonly environment?: string;
}

type Purpose = KeyPurpose | 'probe';

/** Operations of AWS KMS that a role needs, and for which data keys. */
interface Use {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly purposes: readonly Purpose[];
}

const EVERYTHING: readonly Purpose[] = ['data', 'metadata', 'dedupe', 'pair'];

/**
 * One row for each role. A writer makes data keys and opens those of metadata and dedupe (to know what is there already),
 * never one of data. A reader makes none. Maintenance moves data keys from one master key to another, and proves each by
 * opening it: there is no proof without that.
 */
const USES: Record<VaultRole, readonly Use[]> = {
  writer: [
    { sid: 'Makes', actions: ['kms:GenerateDataKey'], purposes: [...EVERYTHING, 'probe'] },
    { sid: 'Knows', actions: ['kms:Decrypt'], purposes: ['metadata', 'dedupe'] },
  ],
  reader: [{ sid: 'Opens', actions: ['kms:Decrypt'], purposes: EVERYTHING }],
  maintenance: [
    { sid: 'Moves', actions: ['kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:Encrypt'], purposes: EVERYTHING },
    { sid: 'Proves', actions: ['kms:Decrypt'], purposes: EVERYTHING },
    { sid: 'Probes', actions: ['kms:GenerateDataKey'], purposes: ['metadata', 'probe'] },
  ],
};

/**
 * The statements that a master key's policy needs for these roles, and no more: every use is bound to tenant,
 * environment, purpose and format by the encryption context.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
 */
export function keyPolicy(roles: readonly VaultRole[], subject: KeyPolicySubject): PolicyDocument {
  const { principal, tenant, environment } = subject;
  const statement = (sid: string, rest: Pick<PolicyStatement, 'Action' | 'Condition'>): PolicyStatement => ({
    Sid: `KeysteadVault${sid}`,
    Effect: 'Allow',
    Principal: { AWS: principal },
    ...rest,
    Resource: '*',
  });
  const context = (purposes: readonly Purpose[]) => ({
    StringEquals: {
      'kms:EncryptionContext:keystead:format': '1',
      'kms:EncryptionContext:keystead:tenant': tenant,
      ...(environment !== undefined && { 'kms:EncryptionContext:keystead:environment': environment }),
      'kms:EncryptionContext:keystead:purpose': purposes,
    },
  });
  return documentOf([
    statement('Describes', { Action: 'kms:DescribeKey' }),
    ...roles.flatMap((role) =>
      USES[role].map(({ sid, actions, purposes }) =>
        statement(`${role.charAt(0).toUpperCase()}${role.slice(1)}${sid}`, {
          Action: actions.length === 1 ? (actions[0] as string) : actions,
          Condition: context(purposes),
        }),
      ),
    ),
  ]);
}
