/** What IBM's wire answers acts with that make something, or that say nothing besides that they are done. */
const STATUSES: Readonly<Record<string, 201 | 204>> = {
  'kms.secrets.create': 201,
  'kms.secrets.restore': 201,
  'kms.secrets-with-policy-overrides.create': 201,
  'kms.secrets-alias.create': 201,
  'kms.key-rings.create': 201,
  'kms.registrations.create': 201,
  'kms.secrets.delete': 204,
  'kms.secrets.purge': 204,
  'kms.secrets.rotate': 204,
  'kms.secrets.enable': 204,
  'kms.secrets.disable': 204,
  'kms.secrets.setkeyfordeletion': 204,
  'kms.secrets.unsetkeyfordeletion': 204,
  'kms.secrets.sync': 204,
  'kms.secrets-alias.delete': 204,
  'kms.secrets-event.ack': 204,
  'kms.key-rings.delete': 204,
  'kms.instance-policies.write': 204,
  'kms.registrations.delete': 204,
};

/**
 * The HTTP status that an act which was done was answered with: as IBM's API states it, for what came by that; who asked
 * for a representation got 200 all the same. Every other wire says 200.
 */
export function statusOfDone(ibmAction: string, protocol: string | undefined): number {
  return protocol === 'key-protect' ? (STATUSES[ibmAction] ?? 200) : 200;
}
