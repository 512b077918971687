import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { BarrierKey, makeBarrierRoot } from '../crypto/hierarchy.ts';
import type { Random } from '../crypto/random.ts';
import { uuid } from '../crypto/uuid.ts';
import type { Protector } from '../keys/ports.ts';
import type { Put } from '../records/commit.ts';
import { INSTALLATION, type RecordRef, type StoredRecord } from '../records/record.ts';
import { NotAuthenticError, parseBody, putBody, readBody } from './body.ts';

interface InstallationBody {
  readonly installationId: string;
  readonly sealId: string;
  /** Base64 of the barrier key as the seal wrapped it. */
  readonly barrierKey: string;
  /** Base64 of the wrapped PKCS#8 of the Ed25519 key that signs checkpoints. */
  readonly checkpointKey: string;
  readonly createdAtMs: number;
}

/** An unsealed installation. */
export interface Installation {
  readonly installationId: string;
  readonly barrier: BarrierKey;
  /** Signs the checkpoints of the audit log. */
  readonly checkpointKey: KeyObject;
}

/** Where the installation's record lies. */
export const INSTALLATION_REF: RecordRef = { tenantId: INSTALLATION, kind: 'installation', id: INSTALLATION };

/** Makes the top of the hierarchy and its record. */
export async function makeInstallation(
  seal: Protector,
  nowMs: number,
  random: Random,
): Promise<{ readonly installation: Installation; readonly write: Put }> {
  const installationId = uuid(random);
  const root = makeBarrierRoot();
  const barrierKey = (await seal.wrapBarrier(root)).toString('base64');
  const barrier = BarrierKey.from(root);
  const { privateKey } = generateKeyPairSync('ed25519');
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const checkpointKey = barrier.wrap(['checkpoint-key', installationId], der, random).toString('base64');
  wipe(der);
  const body: InstallationBody = { installationId, sealId: seal.sealId, barrierKey, checkpointKey, createdAtMs: nowMs };
  return {
    installation: { installationId, barrier, checkpointKey: privateKey },
    write: putBody(barrier.records, INSTALLATION_REF, 0, body),
  };
}

/**
 * Opens the installation with its seal. Nothing else of the store can be read before.
 *
 * @throws {SealError} the seal is not the one that wrapped the barrier key
 * @throws {NotAuthenticError} the record was changed
 */
export async function unseal(seal: Protector, record: StoredRecord): Promise<Installation> {
  const sealed = parseBody<InstallationBody>(record);
  if (typeof sealed.barrierKey !== 'string') throw new NotAuthenticError(record);
  const barrier = BarrierKey.from(await seal.unwrapBarrier(Buffer.from(sealed.barrierKey, 'base64')));
  const body = readBody<InstallationBody>(barrier.records, record);
  const der = barrier.unwrap(['checkpoint-key', body.installationId], Buffer.from(body.checkpointKey, 'base64'));
  const checkpointKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  wipe(der);
  return { installationId: body.installationId, barrier, checkpointKey };
}
