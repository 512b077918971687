import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { missingRoots } from './missing-roots.ts';

const folder = mkdtempSync(join(tmpdir(), 'keystead-roots-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['there', 'also']) mkdirSync(join(folder, name));
writeFileSync(join(folder, 'file'), '');
symlinkSync('there', join(folder, 'link'));
symlinkSync('none', join(folder, 'broken'));

const at = (...names: string[]): string => names.map((name) => join(folder, name)).join(',');
const missing = (settings: Record<string, string>) =>
  missingRoots(readConfig({ KEYSTEAD_DATA: join(folder, 'data'), ...settings }));

describe('folders that settings name', () => {
  it.each([
    ['none is named', {}],
    ['all are there', { KEYSTEAD_SOURCE_ROOTS: at('there', 'link'), KEYSTEAD_VAULT_ROOTS: at('also') }],
    ['the default place of vaults is named, which is made when it is needed', { KEYSTEAD_VAULT_ROOTS: at('vaults') }],
  ])('are not told of where %s', async (_, settings) => expect(await missing(settings)).toEqual([]));

  it.each([
    ['none', 'is no folder that is there'],
    ['none/below', 'is no folder that is there'],
    ['broken', 'is no folder that is there'],
    ['file', 'is no folder'],
    ['file/below', 'cannot be looked at (ENOTDIR)'],
  ])('are told of with their setting: %s', async (name, problem) => {
    const found = await missing({ KEYSTEAD_SOURCE_ROOTS: at('there', name), KEYSTEAD_VAULT_ROOTS: at(name, 'also') });
    expect(
      found.map(({ setting, folder: of, what }) => [setting, of, what.includes(`${of}, which ${problem}: `)]),
    ).toEqual([
      ['KEYSTEAD_SOURCE_ROOTS', join(folder, name), true],
      ['KEYSTEAD_VAULT_ROOTS', join(folder, name), true],
    ]);
  });
});
