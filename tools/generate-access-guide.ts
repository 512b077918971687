import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { OPERATORS } from '../src/access/operators.ts';
import { CONDITION_KEYS } from '../src/pipeline/condition-keys.ts';
import { OPERATION_KEYS } from '../src/protocols/aws-kms/condition-keys.ts';
import type { Generator } from './generator.ts';

const OUTPUT = 'docs/guide/access.md';

/** The tables of condition keys and operators in the guide to access. The rest of the page is written by hand. */
export const accessGuide: Generator = {
  name: 'guide to access',
  generate: () => {
    const page = readFileSync(resolve(import.meta.dirname, '..', OUTPUT), 'utf8');
    const text = fill(
      fill(fill(page, 'operators', operators()), 'keys of every request', everyRequest()),
      'keys of AWS KMS requests',
      requests(),
    );
    return [{ path: OUTPUT, text }];
  },
};

/** Replaces what stands between a mark and the next end. */
function fill(page: string, name: string, text: string): string {
  const mark = `<!-- ${name}: written by tools/generate-access-guide.ts -->\n`;
  const from = page.indexOf(mark) + mark.length;
  const to = page.indexOf('<!-- end -->', from);
  if (from < mark.length || to < 0) throw new Error(`${OUTPUT} has no place for the ${name}`);
  return `${page.slice(0, from)}\n${text}\n\n${page.slice(to)}`;
}

function operators(): string {
  return [...OPERATORS.keys(), 'Null'].map((name) => `\`${name}\``).join(', ');
}

function everyRequest(): string {
  return table(
    ['key', 'what it is'],
    CONDITION_KEYS.map(({ name, says }) => [keyOf(name), says]),
  );
}

function requests(): string {
  return table(
    ['key', 'what it is', 'of'],
    OPERATION_KEYS.map(({ name, says, of }) => [keyOf(name), says, of ? [...of].join(', ') : 'whatever has it']),
  );
}

/** A family of keys ends in what its members begin with. */
function keyOf(name: string): string {
  return `\`${name}${/[/:]$/.test(name) ? '...' : ''}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
