import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

/** Where `npm run build` puts the console. */
export const CONSOLE_FOLDER: string = join(import.meta.dirname, '..', '..', '..', 'console', 'dist');

/** A file of the console as it was built, with what it was compressed to. */
export interface ConsoleFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly encoded: Readonly<Partial<Record<Encoding, Buffer>>>;
}

/** The better one comes first. */
export const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
export type Encoding = keyof typeof ENCODINGS;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
};

/**
 * Every file of the console by its path below the folder, read into memory once (some 2 MB): no request names a path of
 * the file system. Empty where the console was not built.
 */
export function readConsole(folder: string): ReadonlyMap<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  if (!existsSync(folder)) return files;
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const encoded = Object.entries(ENCODINGS)
      .filter(([, ending]) => paths.includes(path + ending))
      .map(([encoding, ending]) => [encoding, readFileSync(path + ending)] as const);
    files.set(relative(folder, path), { type, plain: readFileSync(path), encoded: Object.fromEntries(encoded) });
  }
  return files;
}
