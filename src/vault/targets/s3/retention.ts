import { call } from './call.ts';
import type { Opened, S3Connection } from './connection.ts';
import { codeOf } from './errors.ts';

/** What keeps an object from being deleted. */
export interface Retention {
  readonly untilMs: number;
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE' | undefined;
  readonly isHeld: boolean;
  /** For people. */
  readonly text: string;
}

/** What keeps a version of an object now, the newest one where none is named; undefined: nothing does. */
export async function retentionOf(
  { place }: S3Connection,
  { sdk, client }: Opened,
  key: string,
  versionId?: string,
): Promise<Retention | undefined> {
  const object = { Bucket: place.bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
  const head = await client.send(new sdk.HeadObjectCommand(object));
  const untilMs = head.ObjectLockRetainUntilDate?.getTime() ?? 0;
  const isHeld = head.ObjectLockLegalHoldStatus === 'ON';
  if (untilMs <= Date.now() && !isHeld) return undefined;
  const until = untilMs > Date.now() ? [`it is locked until ${new Date(untilMs).toISOString()}`] : [];
  const hold = isHeld ? ['it is on legal hold'] : [];
  return { untilMs, mode: head.ObjectLockMode, isHeld, text: [...until, ...hold].join(' and ') };
}

/** Locks an object until a date at least. What holds longer already stays. */
export async function lockUntil(connection: S3Connection, key: string, subject: string, untilMs: number) {
  const { place } = connection;
  // Stores keep whole seconds.
  const dateMs = Math.ceil(untilMs / 1000) * 1000;
  await call(connection, 'locked', subject, async (opened) => {
    const { sdk, client } = opened;
    const now = await retentionOf(connection, opened, key);
    if (now && now.untilMs >= dateMs) return;
    const Mode = now?.mode === 'COMPLIANCE' || place.lock?.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE';
    const Retention = { Mode, RetainUntilDate: new Date(dateMs) } as const;
    try {
      await client.send(new sdk.PutObjectRetentionCommand({ Bucket: place.bucket, Key: key, Retention }));
    } catch (error) {
      // Somebody else may have locked it for longer meanwhile, which no lock shortens.
      const meanwhile = codeOf(error) === 'AccessDenied' ? await retentionOf(connection, opened, key) : undefined;
      if (meanwhile === undefined || meanwhile.untilMs < dateMs) throw error;
    }
  });
}

/** Puts an object on legal hold, or releases it. */
export async function holdObject(connection: S3Connection, key: string, subject: string, on: boolean): Promise<void> {
  await call(connection, on ? 'put on hold' : 'released from its hold', subject, async ({ sdk, client }) => {
    const LegalHold = { Status: on ? 'ON' : 'OFF' } as const;
    await client.send(new sdk.PutObjectLegalHoldCommand({ Bucket: connection.place.bucket, Key: key, LegalHold }));
  });
}
