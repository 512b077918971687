/**
 * Builds the console into console/dist, unless that was built from just these sources: node tools/build-console.ts
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'console', 'dist');
const stamp = join(dist, '.built-from');
/** Whoever made it builds; others wait for it, as tests do that begin at once. */
const lock = join(root, 'console', '.building');
const LOCK_LASTS_MS = 120_000;

/** What the console is made of. */
const SOURCES = [
  'console/src',
  'console/public',
  'console/build',
  'console/index.html',
  'console/vite.config.ts',
  'console/package.json',
  'sdk/src',
  'package-lock.json',
];

/** Builds the console where its sources have changed since it was built last. Some five seconds, or none. */
export async function buildConsole(): Promise<void> {
  const sources = digestOf(SOURCES.flatMap(filesOf));
  while (!isBuiltFrom(sources)) {
    if (!takeLock()) {
      await wait(100);
      continue;
    }
    try {
      rmSync(stamp, { force: true });
      const project = join(root, 'console');
      // A test runner's own would bring the libraries' code for development along.
      process.env['NODE_ENV'] = 'production';
      await build({ root: project, configFile: join(project, 'vite.config.ts'), logLevel: 'warn' });
      writeFileSync(stamp, sources);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function isBuiltFrom(sources: string): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sources;
}

/** A builder that was killed leaves its lock: after a while it is nobody's. */
function takeLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > LOCK_LASTS_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function filesOf(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full) || !path.includes('/') || /\.\w+$/.test(path)) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}

function digestOf(paths: readonly string[]): string {
  const digest = createHash('sha256');
  for (const path of paths) {
    const bytes = readFileSync(join(root, path));
    digest.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return digest.digest('hex');
}

if (import.meta.main) await buildConsole();
