import { VaultError } from '../errors.ts';

/** A pattern of paths, ready to be held against them. Paths and names are bytes, as latin1 text. */
export interface Pattern {
  readonly text: string;
  /** Whether it is of what lies at this path below the root. */
  readonly matches: (path: string, isFolder: boolean) => boolean;
  /** Whether something below this folder could match: a folder that cannot lead there is not walked. */
  readonly mayMatchBelow: (folder: string) => boolean;
}

/**
 * Reads a pattern: docs/guide/vault.md has the rules. `*` is any bytes but a slash, `?` one of them, `[a-z]` and `[!a-z]` one of
 * some, `{a,b}` either, `**` as a whole name any number of folders, and a backslash takes what follows as it is. With a
 * slash in it, or before it, a pattern is of a path from the root, else of a name at any depth; with one behind it, of folders alone.
 *
 * @throws {VaultError} `pattern-malformed`
 */
export function parsePattern(text: string): Pattern {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  if (text.startsWith('!')) throw malformed(text, 'a pattern cannot take another one back: say it as include');
  if (/\0/.test(text)) throw malformed(text, 'no name has a zero byte');
  const isFolderOnly = bytes.endsWith('/') && !bytes.endsWith('\\/');
  const body = isFolderOnly ? bytes.slice(0, -1) : bytes;
  const isFromRoot = body.includes('/');
  const parts = (body.startsWith('/') ? body.slice(1) : body).split('/');
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..') throw malformed(text, 'it has an empty name, "." or ".."');
  }
  const sources = parts.map((part) => (part === '**' ? part : nameSource(text, part)));
  const regex = new RegExp(`^${isFromRoot ? pathSource(sources) : `(?:[^]*/)?${pathSource(sources)}`}$`);
  const names = sources.map((source) => (source === '**' ? undefined : new RegExp(`^${source}$`)));
  return {
    text,
    matches: (path, isFolder) => (isFolder || !isFolderOnly) && regex.test(path),
    mayMatchBelow: (folder) => !isFromRoot || leadsTo(names, folder),
  };
}

/** `**` in the middle: no folder, one, or many; at the end: everything below. */
function pathSource(sources: readonly string[]): string {
  const last = sources.length - 1;
  return sources
    .map((source, i) => {
      if (source === '**') return i === last ? '[^]+' : '(?:[^/]+/)*';
      return i === last ? source : `${source}/`;
    })
    .join('');
}

function leadsTo(names: readonly (RegExp | undefined)[], folder: string): boolean {
  const above = folder.split('/');
  for (const [i, name] of above.entries()) {
    const pattern = names[i];
    if (pattern === undefined) return i < names.length;
    if (!pattern.test(name)) return false;
  }
  return above.length < names.length;
}

/** One name of a pattern as the source of a regular expression. */
function nameSource(text: string, part: string): string {
  let source = '';
  let depth = 0;
  for (let at = 0; at < part.length; at++) {
    const character = part.charAt(at);
    if (character === '\\') {
      if (++at === part.length) throw malformed(text, 'nothing follows its last backslash');
      source += literal(part.charAt(at));
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const end = part.indexOf(']', at + (/^\[[!^]?\]/.test(part.slice(at)) ? 3 : 1));
      if (end === -1) throw malformed(text, 'a [ has no ]');
      source += classSource(text, part.slice(at + 1, end));
      at = end;
    } else if (character === '{') {
      depth++;
      source += '(?:';
    } else if (character === '}' && depth > 0) {
      depth--;
      source += ')';
    } else source += character === ',' && depth > 0 ? '|' : literal(character);
  }
  if (depth > 0) throw malformed(text, 'a { has no } in the same name');
  return source.replaceAll(/(?:\[\^\/\]\*){2,}/g, '[^/]*');
}

function classSource(text: string, content: string): string {
  const isNot = /^[!^]/.test(content);
  const characters = (isNot ? content.slice(1) : content).replaceAll(/[\\\]^[]/g, '\\$&');
  const source = `(?!/)[${isNot ? '^' : ''}${characters}]`;
  if (isRegex(source)) return source;
  throw malformed(text, 'a range in [ ] runs backwards');
}

function isRegex(source: string): boolean {
  try {
    return new RegExp(source).source !== '';
  } catch {
    return false;
  }
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}

function malformed(text: string, why: string): VaultError {
  return new VaultError('pattern-malformed', `The pattern ${JSON.stringify(text)} cannot be read: ${why}`);
}
