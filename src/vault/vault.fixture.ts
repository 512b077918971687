import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash, generateKeyPairSync } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixtureMasterKey } from './master-keys/master-key.fixture.ts';
import { createRepository, type CreateOptions, type Repository } from './repository.ts';
import { FolderTarget } from './targets/folder.ts';

/** A folder of its own for one test; removed with {@link removeScratch}. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'keystead-vault-'));
}

export function removeScratch(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Whoever is not root cannot remove what a test closed to them.
    execFileSync('chmod', ['-R', 'u+rwX', path]);
    rmSync(path, { recursive: true, force: true });
  }
}

export function writerKey() {
  return generateKeyPairSync('ed25519').privateKey;
}

/** A vault in a new folder, with everything needed to open it again. */
export async function newVault(folder: string, options: Partial<CreateOptions> = {}) {
  const masterKey = new FixtureMasterKey('primary');
  const target = new FolderTarget(join(folder, 'store'));
  const key = writerKey();
  const repository: Repository = await createRepository(target, {
    identity: { tenant: 'tenant-1', environment: 'environment-1' },
    masterKeys: [masterKey],
    writerKey: key,
    cacheFolder: join(folder, 'cache'),
    ...options,
  });
  return { masterKey, target, writerKey: key, repository, folder };
}

/** Bytes that look random and are the same for the same seed: what AES in counter mode makes of it. */
export function noise(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A tree with everything that the format knows. */
export function makeTree(root: string): void {
  mkdirSync(join(root, 'folder', 'deep', 'deeper'), { recursive: true });
  mkdirSync(join(root, 'empty-folder'));
  mkdirSync(join(root, 'many'));
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(root, 'small.txt'), 'A patient record that nobody else may read.\n'.repeat(30));
  writeFileSync(join(root, 'large.bin'), noise('large', 3_000_000));
  writeFileSync(join(root, 'zeros'), Buffer.alloc(2_500_000));
  writeFileSync(join(root, 'folder', 'copy-of-large.bin'), noise('large', 3_000_000));
  writeFileSync(join(root, 'folder', 'deep', 'deeper', 'secret'), noise('secret', 70_000));
  for (let i = 0; i < 300; i++) writeFileSync(join(root, 'many', `file-${i}`), `${i}\n`.repeat(i));
  writeFileSync(
    Buffer.concat([Buffer.from(join(root, 'name-')), Buffer.from([0xff, 0xfe, 0x0a])]),
    'a name that is no text',
  );
  symlinkSync('../elsewhere/does not exist', join(root, 'dangling'));
  symlinkSync('/etc', join(root, 'folder', 'absolute'));
  linkSync(join(root, 'small.txt'), join(root, 'folder', 'hard-link'));
  chmodSync(join(root, 'small.txt'), 0o640);
  chmodSync(join(root, 'folder', 'deep'), 0o750);
  utimesSync(join(root, 'large.bin'), 1_000_000_000, 1_234_567_890);
  utimesSync(join(root, 'empty-folder'), 1_000_000_000, 1_111_111_111);
  const beforeTheEpoch = new Date('1955-11-05T06:15:00.250Z');
  for (const name of ['zeros', 'many']) utimesSync(join(root, name), beforeTheEpoch, beforeTheEpoch);
}

/** Everything about a tree that a restore brings back, one line for each item. */
export function picture(root: string | Buffer, prefix = ''): string[] {
  const folder = Buffer.from(root);
  const lines: string[] = [];
  for (const name of readdirSync(folder, { encoding: 'buffer' }).toSorted((a, b) => Buffer.compare(a, b))) {
    const path = Buffer.concat([folder, Buffer.from('/'), name]);
    const stats = lstatSync(path);
    const at = `${prefix}/${name.toString('latin1')}`;
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isSymbolicLink()) lines.push(`${at} -> ${readlinkSync(path)}`);
    else if (stats.isDirectory()) lines.push(`${at}/ ${mode} ${Math.round(stats.mtimeMs)}`, ...picture(path, at));
    else {
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
      lines.push(`${at} ${mode} ${Math.round(stats.mtimeMs)} ${stats.nlink} ${stats.size} ${digest}`);
    }
  }
  return lines;
}
