import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bytesOf, wipe } from '../../bytes/bytes.ts';
import { DESCRIPTOR_NAME } from '../../vault/format/descriptor.ts';
import { readRecoveryKey, type RecoverySeed } from '../../vault/format/recovery-key.ts';
import type { SnapshotChoice } from '../../vault/recovery/choose-snapshot.ts';
import type { Answers, Question } from '../../vault/recovery/questions.ts';
import type { RestoreDatabasesWork, RestoreWork, RunEvent, RunReport, Work } from '../../vault/runs/job.ts';
import { offlineVault, type OfflineVault } from '../../vault/runs/offline.ts';
import type { StorageAccess } from '../../vault/targets/storage-access.ts';
import type { Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { readBytes } from '../files.ts';
import { ProgressBar } from '../progress.ts';
import { refuseOptions } from './refuse-options.ts';
import { levelOf } from './vault-level.ts';
import { requireOne, showSnapshots } from './vault-snapshots.ts';

/** What it takes without a server: the vault's store, and a way to one of its master keys. */
export const OFFLINE_OPTIONS: readonly Row[] = [
  ['--offline', "work here and without a server, with AWS's variables and files for the credentials"],
  ['--vault <place>', 'the folder of the vault, or of a copy of it, or s3://bucket/prefix'],
  ['--store-endpoint <url>', "the address of the bucket's service (AWS's own of the region)"],
  ['--store-region <name>', 'the region of the bucket (AWS_REGION)'],
  ['--endpoint <url>', "the key service's address (AWS's own of the region)"],
  ['--iam-endpoint <url>', 'where an API key of IBM Key Protect becomes a token (IBM Cloud IAM)'],
  ['--key <arn...>', 'the master keys to ask, and no other (those that the vault names)'],
  ['--recovery-key <file>', 'the private half of a recovery key, in place of any key service'],
  ['--writer <id>', "who must have made the vault: the environment's writer id"],
];

const OFFLINE = OFFLINE_OPTIONS.map(([flags]) => flags.slice(2).split(' ')[0] as string);

/**
 * Whether the work is done here, without a server.
 *
 * @throws {CliError} `option-not-taken`: what only the other way takes would be left out without a word
 */
export function isOffline({ given }: Session): boolean {
  const isSaid = given.flag('offline');
  if (isSaid) refuseOptions(given, 'work with --offline', ['environment', 'former', 'detach']);
  else
    refuseOptions(
      given,
      'work without --offline',
      OFFLINE.filter((name) => name !== 'offline'),
    );
  return isSaid;
}

/** Variables that offline work goes by, besides those of the AWS SDK. */
const KEY_PROTECT_API_KEY = 'IBMCLOUD_API_KEY';

export async function snapshotsOffline(session: Session): Promise<ExitName> {
  const { result } = await perform(session, { kind: 'snapshots' });
  const { snapshots = [], findings = [] } = result;
  return showSnapshots(session, {
    snapshots: snapshots.map(({ createdMs, ...rest }) => ({
      ...rest,
      createdAt: new Date(createdMs).toISOString(),
    })),
    findings,
  });
}

/** Puts a question to the vault itself. */
export async function askOffline(session: Session, question: Question): Promise<Answers[keyof Answers]> {
  return (await perform(session, question)).answer as Answers[keyof Answers];
}

export async function restoreOffline(session: Session, work: RestoreWork): Promise<ExitName> {
  const { problems = [], warnings = [], ...facts } = (await perform(session, { kind: 'restore', ...work })).result;
  const { output } = session;
  output.item(output.isJson ? { ...facts, problems, warnings } : facts);
  for (const { code, path } of problems) output.warn(`${code}: ${path}`);
  for (const text of warnings) output.warn(text);
  return (facts.problemCount ?? 0) > 0 ? 'incomplete' : 'ok';
}

export async function verifyOffline(session: Session): Promise<ExitName> {
  const { findings = [], ...result } = (await perform(session, { kind: 'verify', ...levelOf(session) })).result;
  session.output.item(session.output.isJson ? { ...result, findings } : result);
  for (const { text } of findings) session.output.warn(text);
  return findings.length > 0 ? 'damaged' : 'ok';
}

/** Writes a file to standard output, and nothing else there. */
export async function catOffline(
  session: Session,
  what: { readonly snapshot: SnapshotChoice; readonly path: string },
): Promise<ExitName> {
  const { result } = await perform(session, { kind: 'cat', ...what });
  for (const text of result.warnings ?? []) session.output.warn(text);
  return 'ok';
}

export async function restoreDatabasesOffline(session: Session, work: RestoreDatabasesWork): Promise<ExitName> {
  const { warnings = [], ...facts } = (await perform(session, { kind: 'restore-databases', ...work })).result;
  session.output.item(session.output.isJson ? { ...facts, warnings } : facts);
  for (const text of warnings) session.output.warn(text);
  return 'ok';
}

const LABELS: Partial<Record<Work['kind'], string>> = {
  restore: 'Restoring',
  'restore-databases': 'Restoring',
  verify: 'Verifying',
};

async function perform(session: Session, work: Work): Promise<RunReport> {
  const vault = await openOffline(session);
  const { host, output } = session;
  const label = LABELS[work.kind];
  const bar = label === undefined ? undefined : new ProgressBar({ host, output, label, unit: 'bytes' });
  const onProgress = ({ bytes, totalBytes }: RunEvent): void =>
    bar?.update({ done: bytes, ...(totalBytes !== undefined && { total: totalBytes }) });
  const report = await vault.perform(work, onProgress, host.stdout);
  bar?.finish();
  return report;
}

async function openOffline(session: Session): Promise<OfflineVault> {
  const { given, host } = session;
  const [endpoint, creator, keys] = [given.optional('endpoint'), given.optional('writer'), given.list('key')];
  const recovery = recoveryOf(session);
  const apiKey = host.env[KEY_PROTECT_API_KEY];
  const iamEndpoint = given.optional('iam-endpoint');
  const keyProtect =
    apiKey === undefined
      ? undefined
      : { apiKey: Buffer.from(apiKey, 'utf8'), ...(iamEndpoint !== undefined && { iamEndpoint }) };
  try {
    const vault = await offlineVault({
      storage: storageOf(session),
      ...(endpoint !== undefined && { endpoint }),
      ...(creator !== undefined && { creator }),
      ...(keys.length > 0 && { keys }),
      ...(recovery && { recovery }),
      ...(keyProtect && { keyProtect: { ...keyProtect, ...(endpoint !== undefined && { endpoint }) } }),
    });
    if (creator === undefined) {
      session.output.warn(
        `This vault says that the writer ${vault.creator} made it. Compare that with "keystead vault environment show", or give it as --writer.`,
      );
    }
    return vault;
  } finally {
    wipe(recovery);
  }
}

function recoveryOf({ given }: Session): RecoverySeed | undefined {
  const path = given.optional('recovery-key');
  if (path === undefined) return undefined;
  const file = readBytes(path, { what: 'the private half of a recovery key' });
  try {
    return bytesOf<'RecoverySeed'>(Buffer.from(readRecoveryKey(file)));
  } finally {
    wipe(file);
  }
}

/** A folder that is there, or a bucket. */
function storageOf(session: Session): StorageAccess {
  const { given, host } = session;
  const place = requireOne(session, 'vault');
  const bucket = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(place);
  if (!bucket) return { type: 'folder', path: folderOf(place) };
  const [endpoint, prefix] = [given.optional('store-endpoint'), bucket[2] as string];
  const region = given.optional('store-region') ?? host.env['AWS_REGION'] ?? host.env['AWS_DEFAULT_REGION'];
  if (region === undefined) {
    throw new CliError(
      'usage',
      'store-region-missing',
      'the region of the bucket is not known',
      'Give it by --store-region, or set AWS_REGION.',
    );
  }
  return {
    type: 'bucket',
    provider: endpoint === undefined ? 'aws-s3' : 's3-compatible',
    bucket: bucket[1] as string,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region,
    ...(endpoint !== undefined && { endpoint }),
    credentials: 'environment',
  };
}

function folderOf(place: string): string {
  const folder = resolve(place);
  if (existsSync(join(folder, DESCRIPTOR_NAME))) return folder;
  throw new CliError(
    'failed',
    'vault-missing',
    `there is no vault in ${folder}`,
    `Name by --vault the folder that holds ${DESCRIPTOR_NAME}.`,
  );
}
