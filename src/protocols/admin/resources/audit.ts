import Type, { type Static } from 'typebox';
import { readCheckpoint } from '../../../audit/checkpoint.ts';
import { INSTALLATION } from '../../../records/record.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { named, TIMESTAMP, timestamp } from '../schema.ts';

const CHECKPOINT = named('AuditCheckpoint', {
  log: Type.String(),
  size: Type.Integer({ minimum: 0, description: 'entries up to this checkpoint' }),
  signedAt: TIMESTAMP,
  checkpoint: Type.String({ description: 'the signed note: keep it, to prove later that nothing was changed' }),
  verifierKey: Type.String({ description: 'the public key, as tools for C2SP signed notes take it' }),
});

export const getAuditCheckpoint = checkpointRoute(
  'getAuditCheckpoint',
  '/audit/checkpoint',
  'keystead:ReadAuditLog',
  "Shows the newest signed checkpoint of the own tenant's audit log",
  ({ proof }) => proof.tenant.tenantId,
);

export const getInstallationCheckpoint = checkpointRoute(
  'getInstallationCheckpoint',
  '/installation/audit/checkpoint',
  'installation:ReadAuditLog',
  "Shows the newest signed checkpoint of the installation's own audit log",
  () => INSTALLATION,
);

function checkpointRoute(
  id: string,
  path: string,
  action: string,
  summary: string,
  logOf: (context: AdminContext) => string,
) {
  return adminRoute({
    id,
    method: 'GET',
    path,
    action,
    summary,
    status: 200,
    answer: CHECKPOINT,
    example: {},
    prepare: (context) => ({
      targets: [{ action, resource: '*' }],
      run: async () => ({ value: await newest(context, logOf(context)) }),
    }),
    show: (value: Static<typeof CHECKPOINT>) => value,
  });
}

async function newest({ services: { audit } }: AdminContext, log: string): Promise<Static<typeof CHECKPOINT>> {
  const checkpoint = await audit.checkpoint(log);
  if (checkpoint === undefined)
    throw new AdminRefusal(
      'checkpoint-not-found',
      'the audit log has no checkpoint yet: one is signed every few seconds',
    );
  const { size, timeMs } = readCheckpoint(checkpoint);
  return { log, size, signedAt: timestamp(timeMs), checkpoint, verifierKey: audit.verifierKey(log) };
}
