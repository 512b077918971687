import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { STEPS } from '../tools/demo/steps.ts';

const DEMO = resolve(import.meta.dirname, '../tools/demo.ts');

async function demo(...words: string[]): Promise<{ code: number; lines: Record<string, unknown>[] }> {
  const child = spawn(process.execPath, [DEMO, '--json', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  const text = Buffer.concat(chunks).toString('utf8').trim();
  return {
    code,
    lines: text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

it('every step of the demo happens, with odd names, modes and links in the source', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-demo-test-'));
  const source = join(folder, 'source');
  mkdirSync(join(source, 'empty folder'), { recursive: true });
  writeFileSync(join(source, 'text ü \n.txt'), 'one line of text that is long enough to be looked for\n'.repeat(50));
  writeFileSync(join(source, 'nothing'), '');
  writeFileSync(join(source, 'program'), '#!/bin/sh\necho a program that says something or other\n');
  chmodSync(join(source, 'program'), 0o755);
  writeFileSync(
    Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0x6e, 0xff, 0x6e])]),
    'a name that is not UTF-8',
  );
  symlinkSync('program', join(source, 'link'));
  symlinkSync('/nowhere/at all', join(source, 'dangling'));
  const { code, lines } = await demo('--source', source, '--restore-to', join(folder, 'restored'));
  expect(lines.map(({ step, ok, text }) => (ok === true ? step : text))).toEqual(STEPS.map((_, i) => i + 1));
  expect(code).toBe(0);
  rmSync(folder, { recursive: true });
}, 120_000);

it('says what is wrong with its options and changes nothing', async () => {
  expect(await demo('--source', '/nowhere/at all')).toEqual({ code: 1, lines: [] });
  expect(await demo('--data', resolve(import.meta.dirname))).toEqual({ code: 1, lines: [] });
}, 60_000);
