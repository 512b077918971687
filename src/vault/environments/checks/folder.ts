import { randomBytes } from 'node:crypto';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DESCRIPTOR_NAME } from '../../format/descriptor.ts';
import { VaultError } from '../../errors.ts';
import { FolderTarget } from '../../targets/folder.ts';
import { failed, passed, type CheckRow, type Finding } from './check.ts';
import { checkKind, checkRoom } from './folder-system.ts';

/** A folder that backups are to go to. */
export interface CheckedFolder {
  readonly path: string;
  /** Whether a vault may lie in the folder already: it is this environment's own. */
  readonly hasVault: boolean;
}

const PROBES = 'preflight';

/** What is looked at of a folder, in order. */
export const FOLDER_CHECKS: readonly CheckRow<CheckedFolder>[] = [
  ['folder-writable', undefined, checkWritable],
  ['folder-create-only', 'folder-writable', checkCreateOnly],
  ['folder-free', 'folder-writable', checkFree],
  ['folder-room', 'folder-writable', checkRoom],
  ['folder-kind', 'folder-writable', checkKind],
];

async function checkWritable({ path }: CheckedFolder): Promise<Finding> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const target = new FolderTarget(path);
  await withProbe(target, path, async (name, bytes) => {
    await target.put(name, bytes);
    if (!(await target.get(name, bytes.length)).equals(bytes)) {
      throw new VaultError('target-failed', 'The folder gave back other bytes than were put there');
    }
  });
  return passed(`the folder ${path} takes files and gives them back`);
}

async function checkCreateOnly({ path }: CheckedFolder): Promise<Finding> {
  const target = new FolderTarget(path);
  const refused = await withProbe(target, path, async (name, bytes) => {
    await target.put(name, bytes);
    return await target.put(name, Buffer.from('other bytes')).then(
      () => false,
      (error: unknown) => error instanceof VaultError && error.code === 'object-exists',
    );
  });
  if (refused) return passed('what is written once is not written over');
  return failed('The folder lets one file be written over another. Use a file system with hard links.');
}

async function checkFree({ path, hasVault }: CheckedFolder): Promise<Finding> {
  const target = new FolderTarget(path);
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
