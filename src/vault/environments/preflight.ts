import { randomBytes } from 'node:crypto';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { wipe } from '../../bytes/bytes.ts';
import { DESCRIPTOR_NAME } from '../descriptor.ts';
import { VaultError } from '../errors.ts';
import type { KeyOwner } from '../master-keys/aws-kms.ts';
import type { MasterKey } from '../master-keys/master-key.ts';
import type { KeyContext } from '../master-keys/context.ts';
import { MasterKeyError } from '../master-keys/master-key-error.ts';
import { FolderTarget } from '../targets/folder.ts';
import type { FolderStorage } from './storage.ts';

/** One thing that was looked at before an environment is used. */
export interface Check {
  readonly check: CheckName;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was found, for people. */
  readonly what: string;
  /** What to do, where it failed. */
  readonly next?: string;
}

export type CheckName =
  | 'folder-writable'
  | 'folder-create-only'
  | 'folder-free'
  | 'region'
  | 'clock'
  | 'key-state'
  | 'key-kind'
  | 'key-use'
  | 'key-context';

/** What a check looks at. */
export interface PreflightSubject {
  readonly owner: KeyOwner;
  readonly storage: FolderStorage;
  readonly masterKey: MasterKey;
  /** Whether a vault may lie in the folder already: it is this environment's own. */
  readonly hasVault: boolean;
}

type Finding = Omit<Check, 'check'>;

const PROBES = 'preflight';
/** What Signature Version 4 takes: 5 minutes at AWS, 15 elsewhere. Half of the stricter one is time to act. */
const MAX_SKEW_MS = 150_000;

/** Which check needs which to have passed, in the order in which they run. */
const CHECKS: readonly (readonly [
  CheckName,
  needs: CheckName | undefined,
  (subject: PreflightSubject) => Promise<Finding>,
])[] = [
  ['region', undefined, checkRegion],
  ['folder-writable', undefined, checkWritable],
  ['folder-create-only', 'folder-writable', checkCreateOnly],
  ['folder-free', 'folder-writable', checkFree],
  ['key-state', undefined, checkState],
  ['clock', undefined, checkClock],
  ['key-kind', 'key-state', checkKind],
  ['key-use', 'key-kind', checkUse],
  ['key-context', 'key-use', checkContext],
];

/** Looks at storage and key by using both. Never rejects: what breaks is a failed check. */
export async function preflight(subject: PreflightSubject): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [check, needs, run] of CHECKS) {
    const missing = needs !== undefined && checks.find((done) => done.check === needs)?.outcome !== 'passed';
    const finding: Finding = missing
      ? { outcome: 'skipped', what: `not looked at: ${needs} did not pass` }
      : await settled(run, subject);
    checks.push({ check, ...finding });
  }
  return checks;
}

async function settled(
  run: (subject: PreflightSubject) => Promise<Finding>,
  subject: PreflightSubject,
): Promise<Finding> {
  try {
    return await run(subject);
  } catch (error) {
    if (error instanceof MasterKeyError) return failed(describe(error));
    if (error instanceof VaultError) return failed(error.message);
    const { code } = error as NodeJS.ErrnoException;
    return failed(`This could not be looked at (${code ?? (error as Error).name}). Look at the folder and try again.`);
  }
}

/** A failure whose text says what and what to do in turn: the first sentence is what. */
function failed(text: string): Finding {
  const end = text.indexOf('. ');
  return end < 0
    ? { outcome: 'failed', what: text }
    : { outcome: 'failed', what: text.slice(0, end + 1), next: text.slice(end + 2) };
}

/** A refusal of the provider may have a better reason than its code tells, in the error below it. */
function describe(error: MasterKeyError): string {
  const { cause } = error;
  const guarded = cause instanceof Error && cause.name === 'EgressRefusedError';
  return guarded ? `${cause.message}. Change the endpoint of the master key.` : error.message;
}

const passed = (what: string): Finding => ({ outcome: 'passed', what });

async function checkRegion({ storage, masterKey }: PreflightSubject): Promise<Finding> {
  const { region } = masterKey.describe();
  if (region === storage.region) return passed(`storage and master key are both in ${region}`);
  return failed(
    `The storage is in ${storage.region}, but the master key is in ${region}. Use a key of the storage's region, or storage in the key's region: data and key must stay in one region.`,
  );
}

async function checkWritable({ storage }: PreflightSubject): Promise<Finding> {
  await mkdir(storage.path, { recursive: true, mode: 0o700 });
  const target = new FolderTarget(storage.path);
  await withProbe(target, storage.path, async (name, bytes) => {
    await target.put(name, bytes);
    if (!(await target.get(name, bytes.length)).equals(bytes)) {
      throw new VaultError('target-failed', 'The folder gave back other bytes than were put there');
    }
  });
  return passed(`the folder ${storage.path} takes files and gives them back`);
}

async function checkCreateOnly({ storage }: PreflightSubject): Promise<Finding> {
  const target = new FolderTarget(storage.path);
  const refused = await withProbe(target, storage.path, async (name, bytes) => {
    await target.put(name, bytes);
    return await target.put(name, Buffer.from('other bytes')).then(
      () => false,
      (error: unknown) => error instanceof VaultError && error.code === 'object-exists',
    );
  });
  if (refused) return passed('what is written once is not written over');
  return failed('The folder lets one file be written over another. Use a file system with hard links.');
}

async function checkFree({ storage, hasVault }: PreflightSubject): Promise<Finding> {
  const target = new FolderTarget(storage.path);
  for await (const { name } of target.list('')) {
    if (hasVault) return passed("the folder holds this environment's vault");
    const what =
      name === DESCRIPTOR_NAME ? 'The folder holds a vault already' : `The folder is not empty: there is ${name}`;
    return failed(`${what}. Choose an empty folder, or a new one.`);
  }
  return passed('the folder is empty');
}

async function withProbe<T>(
  target: FolderTarget,
  folder: string,
  run: (name: string, bytes: Buffer) => Promise<T>,
): Promise<T> {
  const name = `${PROBES}/${randomBytes(12).toString('hex')}`;
  try {
    return await run(name, randomBytes(64));
  } finally {
    await target.delete(name).catch(() => undefined);
    await rmdir(join(folder, PROBES)).catch(() => undefined);
  }
}

async function checkState({ masterKey }: PreflightSubject): Promise<Finding> {
  const { keyId, state, deletionDateMs } = await masterKey.inspect();
  if (keyId !== masterKey.describe().keyId) return failed(`The provider calls this key ${keyId}. Use that name.`);
  if (state === 'enabled') return passed('the key is there and enabled');
  throw new MasterKeyError(
    state,
    keyId,
    state === 'pending-deletion' && deletionDateMs !== undefined ? { deletionDateMs } : {},
  );
}

async function checkClock({ masterKey }: PreflightSubject): Promise<Finding> {
  const skewMs = masterKey.clockSkewMs;
  if (skewMs === undefined) return { outcome: 'skipped', what: 'not looked at: the provider has not answered' };
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return passed(`the clocks are ${seconds} s apart`);
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  return failed(
    `This server's clock is ${seconds} s ${direction} the provider's. Set the clock (NTP): signatures would be refused.`,
  );
}

async function checkKind({ masterKey }: PreflightSubject): Promise<Finding> {
  const { suitable, kind } = await masterKey.inspect();
  if (suitable) return passed('the key is symmetric and encrypts');
  return failed(`The key is ${kind}. Use a symmetric key (SYMMETRIC_DEFAULT) for ENCRYPT_DECRYPT.`);
}

function probeContext(owner: KeyOwner): KeyContext {
  return { ...owner, purpose: 'data', key: randomBytes(16).toString('hex') };
}

async function checkUse({ masterKey, owner }: PreflightSubject): Promise<Finding> {
  const context = probeContext(owner);
  const { dataKey, wrapped } = await masterKey.generate(context);
  const opened = await masterKey.unwrap(wrapped, context);
  const same = opened.equals(dataKey);
  wipe(dataKey, opened);
  if (same) return passed('the key makes data keys and opens them again (GenerateDataKey, Decrypt)');
  return failed('The key opened a data key to something else. Do not use this provider.');
}

async function checkContext({ masterKey, owner }: PreflightSubject): Promise<Finding> {
  const context = probeContext(owner);
  const { dataKey, wrapped } = await masterKey.generate(context);
  wipe(dataKey);
  try {
    wipe(await masterKey.unwrap(wrapped, { ...context, purpose: 'metadata' }));
  } catch (error) {
    if (error instanceof MasterKeyError && error.code === 'wrong-context-or-tampered') {
      return passed('a data key opens under its own encryption context only');
    }
    throw error;
  }
  return failed('The provider opened a data key under another encryption context. Do not use this provider.');
}
