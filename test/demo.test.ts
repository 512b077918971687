import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { STEPS } from '../tools/demo/steps.ts';

const DEMO = resolve(import.meta.dirname, '../tools/demo.ts');

async function demo(...words: string[]): Promise<{ code: number; lines: Record<string, unknown>[]; errors: string }> {
  const child = spawn(process.execPath, [DEMO, '--json', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [code] = (await once(child, 'close')) as [number];
  const text = ((await output) ?? []).join('').trim();
  return {
    code,
    errors: ((await errors) ?? []).join(''),
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
  // Cannot be kept, which the backup reports; neither is fatal.
  execFileSync('mkfifo', [join(source, 'pipe')]);
  writeFileSync(join(source, 'locked'), 'not for everybody', { mode: 0 });
  const { code, lines, errors } = await demo('--source', source, '--restore-to', join(folder, 'restored'));
  expect(lines.map(({ step, ok, text }) => (ok === true ? step : text))).toEqual(STEPS.map((_, i) => i + 1));
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  rmSync(folder, { recursive: true });
});

it('says what is wrong with its options and changes nothing', async () => {
  const refused: [string[], string][] = [
    [['--source', '/nowhere/at all'], 'there is no folder /nowhere/at all to back up'],
    [['--source', import.meta.filename], `there is no folder ${import.meta.filename} to back up`],
    [['--data', import.meta.dirname], `${import.meta.dirname} is not empty`],
    [['--data'], "Option '--data <value>' argument missing"],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ];
  for (const [words, message] of refused) {
    const { code, lines, errors } = await demo(...words);
    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(errors).toMatch(/^Error: [^\n]+\.\nRun "npm run demo -- --help" to see the options\.\n$/);
    expect(errors).toContain(message);
  }
});

it('told to stop in the middle, leaves neither a server nor a folder', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'keystead-demo-test-'));
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(process.execPath, [DEMO, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString('utf8').split('\n', 1)[0] as string) as { url: string };
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await closed).toEqual([130, null]);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
});
