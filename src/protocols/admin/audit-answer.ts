import Type, { type Static } from 'typebox';
import type { ToldEntry } from '../../audit/told-entry.ts';
import { named, TIMESTAMP, timestamp, UUID } from './schema.ts';

/** An index of a log, as far as numbers are exact. */
export const LOG_INDEX = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER - 1 });

const MEMBERS = {
  index: { ...LOG_INDEX, description: 'its place in the log, from 0 on' },
  id: { ...UUID, description: 'made of what the entry says: docs/spec/audit-log.md' },
  time: TIMESTAMP,
  principal: Type.String({ description: 'who: an ARN' }),
  action: Type.String(),
  outcome: Type.Enum(['done', 'refused', 'failed']),
  reason: Type.Optional(Type.String({ description: 'the code of a refusal or a failure' })),
  key: Type.Optional(Type.String({ description: 'the id of a key; that of a multi-Region key with @ and its region' })),
  keyVersion: Type.Optional(Type.String()),
  requestId: Type.String(),
  isChange: Type.Boolean({ description: 'whether it is the account of a change of records' }),
  isErased: Type.Boolean({ description: 'whether its details were erased; what the leaf says stays' }),
  address: Type.Optional(Type.String()),
  credential: Type.Optional(Type.String({ description: 'the id of the credential that proved the principal' })),
  protocol: Type.Optional(Type.String()),
  region: Type.Optional(Type.String()),
  resource: Type.Optional(Type.String({ description: 'absent for a key of the own account: region and key say it' })),
  refusal: Type.Optional(Type.String({ description: 'why it was refused, where the reason has more to say' })),
  userAgent: Type.Optional(Type.String()),
};

/** An entry in a list. Every text in it is what somebody sent: data, never markup. */
export const AUDIT_ENTRY = named('AuditEntry', MEMBERS);

const TOLD = ['address', 'credential', 'protocol', 'region', 'resource', 'refusal', 'userAgent'] as const;

/** Brings an entry to the wire. */
export function showEntry(entry: ToldEntry): Static<typeof AUDIT_ENTRY> {
  const { index, id, time, principal, action, outcome, reason, key, keyVersion, request, changes, isErased } = entry;
  const told = TOLD.filter((name) => typeof entry.details[name] === 'string');
  return {
    index,
    id,
    time: timestamp(time),
    principal,
    action,
    outcome,
    ...(reason !== undefined && { reason }),
    ...(key !== undefined && { key }),
    ...(keyVersion !== undefined && { keyVersion }),
    requestId: request,
    isChange: changes !== undefined,
    isErased,
    ...Object.fromEntries(told.map((name) => [name, entry.details[name]])),
  };
}
