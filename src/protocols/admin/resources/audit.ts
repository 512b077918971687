import Type, { type Static } from 'typebox';
import { readCheckpoint } from '../../../audit/checkpoint.ts';
import { logRoutes } from '../log-routes.ts';
import { AdminRefusal } from '../refusal.ts';
import type { AdminContext } from '../route.ts';
import { named, TIMESTAMP, timestamp } from '../schema.ts';

const CHECKPOINT = named('AuditCheckpoint', {
  log: Type.String(),
  size: Type.Integer({ minimum: 0, description: 'entries up to this checkpoint' }),
  signedAt: TIMESTAMP,
  checkpoint: Type.String({ description: 'the signed note: keep it, to prove later that nothing was changed' }),
  verifierKey: Type.String({ description: 'the public key, as tools for C2SP signed notes take it' }),
});

export const CHECKPOINT_ROUTES = logRoutes({
  ids: ['getAuditCheckpoint', 'getInstallationCheckpoint'],
  below: '/checkpoint',
  summary: 'Shows the newest signed checkpoint of LOG',
  answer: CHECKPOINT,
  example: {},
  read: newest,
});

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
