import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which room may import which. A room may always import itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  bytes: [],
  crypto: ['bytes'],
  access: ['bytes'],
  attestation: ['bytes', 'crypto'],
  audit: ['bytes', 'crypto'],
  'audit-export': ['bytes', 'audit', 'identity'],
  records: ['bytes', 'crypto', 'audit'],
  identity: ['bytes', 'crypto', 'access', 'records', 'keys'],
  keys: ['bytes', 'crypto', 'access', 'records'],
  clients: ['bytes', 'crypto', 'protocols/sigv4'],
  seal: ['bytes', 'crypto', 'keys', 'clients'],
  vault: ['bytes', 'crypto', 'keys', 'clients', 'records'],
  store: ['bytes', 'crypto', 'records', 'identity', 'keys', 'audit', 'vault'],
  pipeline: ['bytes', 'crypto', 'access', 'identity', 'keys', 'audit', 'records'],
  jobs: ['bytes', 'crypto', 'access', 'identity', 'keys', 'audit', 'records', 'clients', 'vault', 'pipeline'],
  http: ['bytes'],
  'protocols/sigv4': ['bytes', 'crypto'],
  'protocols/aws-kms': [
    'bytes',
    'crypto',
    'access',
    'attestation',
    'identity',
    'keys',
    'audit',
    'records',
    'vault',
    'jobs',
    'pipeline',
    'http',
    'protocols/sigv4',
  ],
  'protocols/key-protect': ['bytes', 'crypto', 'access', 'identity', 'keys', 'audit', 'records', 'pipeline', 'http'],
  'protocols/iam': ['bytes', 'crypto', 'access', 'identity', 'keys', 'records', 'pipeline', 'http'],
  'protocols/xks': ['bytes', 'crypto', 'access', 'identity', 'keys', 'records', 'pipeline', 'http', 'protocols/sigv4'],
  'protocols/sts': ['bytes', 'crypto', 'access', 'identity', 'keys', 'records', 'pipeline', 'http', 'protocols/sigv4'],
  'protocols/admin': [
    'bytes',
    'crypto',
    'access',
    'identity',
    'keys',
    'audit',
    'records',
    'clients',
    'vault',
    'jobs',
    'pipeline',
    'http',
  ],
  config: ['bytes', 'http', 'keys', 'pipeline'],
  cli: ['bytes', 'config', 'http', 'server', 'audit', 'vault', 'sdk'],
  server: ['*'],
  main: ['cli'],
};

/** Rooms that do no I/O and know no clock: what they may not reach. */
const PURE = ['bytes', 'crypto', 'access', 'attestation', 'audit', 'audit-export', 'records', 'keys', 'identity'];
const IMPURE_MODULES =
  /^(?:node:)?(?:fs|fs\/promises|net|http|https|tls|sqlite|child_process|worker_threads|dgram|os|process)$|^kysely$/;
const IMPURE_WORDS = /\bDate\.now\b|\bnew Date\(\)|\bprocess\.|\bsetTimeout\b|\bsetInterval\b/;

const root = resolve(import.meta.dirname, '..');
const src = join(root, 'src');

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly isTest: boolean;
  readonly text: string;
}

function roomOf(path: string): string {
  const parts = relative(src, path).split('/');
  if (parts.length === 1) return (parts[0] as string).replace(/\.ts$/, '');
  return parts[0] === 'protocols' ? `protocols/${parts[1]}` : (parts[0] as string);
}

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const path = join(src, name);
    const isTest = /\.(?:test|contract|fixture)\.ts$/.test(name);
    return { path, room: roomOf(path), isTest, text: readFileSync(path, 'utf8') };
  });

function importsOf(file: SourceFile): string[] {
  const found = file.text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
  );
  return [...found].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
}

function forbiddenImports(file: SourceFile): string[] {
  const allowed = MAY_IMPORT[file.room];
  if (!allowed) return [`room '${file.room}' has no row in the import table`];
  if (allowed.includes('*')) return [];
  return importsOf(file).flatMap((specifier) => {
    if (specifier === '@keystead/sdk') return allowed.includes('sdk') ? [] : [specifier];
    if (!specifier.startsWith('.')) return [];
    const target = resolve(dirname(file.path), specifier);
    if (!target.startsWith(src)) return [specifier];
    const room = roomOf(target);
    return room === file.room || allowed.includes(room) ? [] : [specifier];
  });
}

describe('the import table', () => {
  it('finds the source', () => expect(files.length).toBeGreaterThan(5));

  it('holds for every file that is not a test', () => {
    const broken = files
      .filter((file) => !file.isTest)
      .map((file) => [relative(src, file.path), forbiddenImports(file)] as const)
      .filter(([, imports]) => imports.length > 0);
    expect(broken).toEqual([]);
  });

  it('keeps I/O and clocks out of the pure rooms', () => {
    const broken = files
      .filter((file) => PURE.includes(file.room) && !file.isTest)
      .filter(
        (file) =>
          importsOf(file).some((name) => IMPURE_MODULES.test(name)) || IMPURE_WORDS.test(withoutComments(file.text)),
      )
      .map((file) => relative(src, file.path));
    expect(broken).toEqual([]);
  });

  it('ends relative imports in .ts', () => {
    const broken = files.flatMap((file) =>
      importsOf(file).filter((name) => name.startsWith('.') && !/\.(?:ts|json)$/.test(name)),
    );
    expect(broken).toEqual([]);
  });
});

/** What runs in browsers: the console, and the SDK that it stands on. */
describe('what runs in a browser', () => {
  const sourcesBelow = (folder: string): SourceFile[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
      .map((name) => {
        const path = join(root, folder, name);
        return { path, room: folder, isTest: false, text: readFileSync(path, 'utf8') };
      });
  const outside = (file: SourceFile, folder: string): string[] =>
    importsOf(file).filter(
      (name) =>
        name.startsWith('node:') ||
        (name.startsWith('.') && !resolve(dirname(file.path), name).startsWith(join(root, folder))),
    );

  it.each(['sdk/src', 'console/src'])('%s reaches neither the server nor the system', (folder) => {
    const sources = sourcesBelow(folder);
    expect(sources.length).toBeGreaterThan(4);
    expect(sources.flatMap((file) => outside(file, folder).map((name) => `${file.path}: ${name}`))).toEqual([]);
  });

  it('the console talks to the server by the published client alone', () => {
    const broken = sourcesBelow('console/src')
      .filter((file) =>
        /\bfetch\(|\bXMLHttpRequest\b|\bWebSocket\b|dangerouslySetInnerHTML|\beval\(/.test(withoutComments(file.text)),
      )
      .map((file) => relative(root, file.path));
    expect(broken).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
}
