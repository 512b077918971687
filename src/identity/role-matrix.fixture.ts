import type { KeyRole } from './key-roles.ts';

/**
 * The matrix of https://cloud.ibm.com/docs/key-protect?topic=key-protect-manage-access, by IBM's actions: who has them.
 * Registrations are written by services alone.
 */
const EVERYBODY: readonly KeyRole[] = ['Reader', 'ReaderPlus', 'Writer', 'Manager'];
const LISTERS: readonly KeyRole[] = [...EVERYBODY, 'KmipAdapterManager'];
const WRITERS: readonly KeyRole[] = ['Writer', 'Manager'];
const KMIP: readonly KeyRole[] = ['Manager', 'KmipAdapterManager'];
export const ROLE_MATRIX: Readonly<Record<string, readonly KeyRole[]>> = {
  'kms.secrets.head': LISTERS,
  'kms.secrets.list': LISTERS,
  'kms.secrets.create': WRITERS,
  'kms.secrets-with-policy-overrides.create': ['Manager'],
  'kms.secrets.read': ['ReaderPlus', 'Writer', 'Manager'],
  'kms.secrets-metadata.read': EVERYBODY,
  'kms.secrets-key-versions.list': EVERYBODY,
  'kms.secrets.wrap': EVERYBODY,
  'kms.secrets.unwrap': EVERYBODY,
  'kms.secrets.rewrap': EVERYBODY,
  'kms.secrets.rotate': WRITERS,
  'kms.secrets.setkeyfordeletion': WRITERS,
  'kms.secrets.unsetkeyfordeletion': WRITERS,
  'kms.secrets.sync': WRITERS,
  'kms.secrets.disable': ['Manager'],
  'kms.secrets.enable': ['Manager'],
  'kms.secrets.delete': ['Manager'],
  'kms.secrets.restore': ['Manager'],
  'kms.secrets.patch': ['Manager'],
  'kms.secrets.purge': ['KeyPurge'],
  'kms.key-rings.create': WRITERS,
  'kms.key-rings.list': LISTERS,
  'kms.key-rings.delete': ['Manager'],
  'kms.policies.read': ['Manager'],
  'kms.policies.write': ['Manager'],
  'kms.instance-policies.read': ['Manager'],
  'kms.instance-policies.write': ['Manager'],
  'kms.instance-allowed-ip-port.read': ['Manager'],
  'kms.import-token.create': WRITERS,
  'kms.import-token.read': WRITERS,
  'kms.secrets-alias.create': WRITERS,
  'kms.secrets-alias.delete': WRITERS,
  'kms.registrations.list': EVERYBODY,
  'kms.registrations.create': [],
  'kms.registrations.write': [],
  'kms.registrations.merge': [],
  'kms.registrations.delete': [],
  'kms.secrets-event.ack': [],
  'kms.kmip-management.list': KMIP,
  'kms.kmip-management.create': KMIP,
  'kms.kmip-management.read': KMIP,
  'kms.kmip-management.delete': KMIP,
};
