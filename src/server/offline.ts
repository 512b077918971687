import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { VerifyReport } from '../audit/verify.ts';
import type { Config } from '../config/config.ts';
import { pooledRandom } from '../crypto/random.ts';
import { INSTALLATION_REF, unseal } from '../identity/installation.ts';
import { SealError } from '../keys/ports.ts';
import { KeyFileSeal } from '../seal/key-file.ts';
import type { BackupManifest } from '../store/backup-manifest.ts';
import { checkState, type CheckReport } from '../store/check-state.ts';
import { backupState } from '../store/state-backup.ts';
import { restoreState, type RestoreReport } from '../store/state-restore.ts';
import { verifyLogs } from '../store/verify-logs.ts';
import { readSigner } from './signer-file.ts';
import { dataPaths, originOfInstallation } from './unsealed.ts';

export interface AuditVerification {
  readonly logs: ReadonlyMap<string, VerifyReport>;
  /** Absent where there is no database to hold against the logs. */
  readonly state?: CheckReport;
}

/**
 * Verifies every audit log from its first entry, then the database against them. Reads only; needs no seal.
 *
 * @param checkpointFiles older checkpoints that were kept elsewhere: the logs must go on from them
 * @param signerFile the signer's public key as kept elsewhere; without it the copy beside the logs is believed
 * @throws {LogInvalidError} {@link StateCheckError} {@link SignerError} what is wrong, and what to do
 */
export async function verifyAudit(
  config: Config,
  checkpointFiles: readonly string[],
  signerFile: string | undefined,
): Promise<AuditVerification> {
  const { audit: folder, database: path } = dataPaths(config.dataFolder);
  const signer = readSigner(signerFile ?? folder);
  const trusted = checkpointFiles.map((file) => readFileSync(file, 'utf8'));
  const logs = await verifyLogs({ folder, ...signer, trusted });
  if (!existsSync(path)) return { logs };
  return { logs, state: await checkState({ path, folder, witnesses: config.witnessFolders, signedBy: signer }) };
}

/** Copies the state into a new folder, beside a running server or without one. */
export function backupStateTo(config: Config, to: string): Promise<BackupManifest> {
  const { audit: folder, database: path } = dataPaths(config.dataFolder);
  return backupState({ path, folder, to, nowMs: Date.now() });
}

/** Puts a copy of the state in place of a lost one. Only with the seal that wrapped it; without, nothing is kept. */
export function restoreStateFrom(config: Config, from: string): Promise<RestoreReport> {
  const { audit: folder, database: path } = dataPaths(config.dataFolder);
  const random = pooledRandom();
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  return restoreState({
    from,
    path,
    folder,
    witnesses: config.witnessFolders,
    nowMs: Date.now(),
    async prove(records) {
      const record = await records.read(INSTALLATION_REF);
      if (record === undefined) throw new SealError('the backup holds no installation');
      const installation = await unseal(KeyFileSeal.open(config.sealFile, config.dataFolder), record);
      const publicKey = createPublicKey(installation.checkpointKey);
      const origin = originOfInstallation(installation.installationId);
      return { origin, publicKey, queueKey: installation.barrier.queue };
    },
    entry: () => ({ principal: 'holder-of-the-seal', requestId: 'restore', salt: random(16) }),
  });
}
