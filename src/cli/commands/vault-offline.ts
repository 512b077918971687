import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DESCRIPTOR_NAME } from '../../vault/descriptor.ts';
import { offlineVault, type OfflineVault } from '../../vault/runs/offline.ts';
import type { RunEvent, RunReport, Work } from '../../vault/runs/job.ts';
import type { Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { ProgressBar } from '../progress.ts';
import { requireOne, showSnapshots } from './vault-snapshots.ts';

/** What it takes without a server: the vault's folder, and credentials for the master key in the AWS SDK's places. */
export const OFFLINE_OPTIONS: readonly Row[] = [
  ['--offline', "work here and without a server, with AWS's variables and files for the credentials"],
  ['--vault <folder>', 'the folder of the vault, or of a copy of it'],
  ['--endpoint <url>', "the key service's address (AWS's own of the region)"],
  ['--key <arn...>', 'the master keys to ask, and no other (those that the vault names)'],
  ['--writer <id>', "who must have made the vault: the environment's writer id"],
];

export async function snapshotsOffline(session: Session): Promise<ExitName> {
  const { result } = await perform(session, { kind: 'snapshots' });
  const { snapshots = [], findings = [] } = result;
  return showSnapshots(session, {
    snapshots: snapshots.map(({ createdMs, ...rest }) => ({ ...rest, createdAt: new Date(createdMs).toISOString() })),
    findings,
  });
}

export async function restoreOffline(session: Session): Promise<ExitName> {
  const { given } = session;
  const snapshotId = given.optional('snapshot') ?? (await newest(session));
  const paths = given.list('path');
  const { result } = await perform(session, {
    kind: 'restore',
    snapshot: { snapshotId },
    destination: resolve(given.text('destination')),
    ...(given.flag('replace') && { conflict: 'overwrite' }),
    ...(paths.length > 0 && { paths }),
  });
  session.output.item(result);
  return 'ok';
}

export async function verifyOffline(session: Session): Promise<ExitName> {
  const level = session.given.flag('data') ? 'data' : 'structure';
  const { findings = [], ...result } = (await perform(session, { kind: 'verify', level })).result;
  session.output.item(session.output.isJson ? { ...result, findings } : result);
  for (const { text } of findings) session.output.warn(text);
  return findings.length > 0 ? 'damaged' : 'ok';
}

async function newest(session: Session): Promise<string> {
  const { result } = await perform(session, { kind: 'snapshots' });
  const last = result.snapshots?.at(-1);
  if (last) return last.snapshotId;
  throw new CliError(
    'failed',
    'snapshot-missing',
    'there is no snapshot in this vault',
    'Name another folder by --vault.',
  );
}

async function perform(session: Session, work: Work): Promise<RunReport> {
  const vault = await openOffline(session);
  const { host, output } = session;
  const label = work.kind === 'restore' ? 'Restoring' : 'Verifying';
  const bar = work.kind === 'snapshots' ? undefined : new ProgressBar({ host, output, label, unit: 'bytes' });
  const report = await vault.perform(work, ({ bytes, totalBytes }: RunEvent) =>
    bar?.update({ done: bytes, ...(totalBytes !== undefined && { total: totalBytes }) }),
  );
  bar?.finish();
  return report;
}

async function openOffline(session: Session): Promise<OfflineVault> {
  const { given } = session;
  const endpoint = given.optional('endpoint');
  const creator = given.optional('writer');
  const keys = given.list('key');
  const folder = resolve(requireOne(session, 'vault'));
  if (!existsSync(join(folder, DESCRIPTOR_NAME)))
    throw new CliError(
      'failed',
      'vault-missing',
      `there is no vault in ${folder}`,
      `Name by --vault the folder that holds ${DESCRIPTOR_NAME}.`,
    );
  const vault = await offlineVault({
    folder,
    ...(endpoint !== undefined && { endpoint }),
    ...(creator !== undefined && { creator }),
    ...(keys.length > 0 && { keys }),
  });
  if (creator === undefined) {
    session.output.warn(
      `This vault says that the writer ${vault.creator} made it. Compare that with "keystead vault environment show", or give it as --writer.`,
    );
  }
  return vault;
}
