import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBarrierRoot } from '../crypto/hierarchy.ts';
import { SealError } from '../keys/ports.ts';
import { KeyFileSeal } from './key-file.ts';

let folder: string;
let data: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystead-seal-'));
  data = join(folder, 'data');
  mkdirSync(data);
  path = join(folder, 'seal', 'keystead.seal');
});
afterEach(() => rmSync(folder, { recursive: true }));

const wrapUnder = (seal: KeyFileSeal): { root: Buffer; wrapped: Buffer } => {
  const root = makeBarrierRoot();
  return { root, wrapped: seal.wrapBarrier(root) };
};

describe('the seal file', () => {
  it('is made for its owner alone, and opens what it wrapped', () => {
    const { root, wrapped } = wrapUnder(KeyFileSeal.create(path, data));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(KeyFileSeal.open(path, data).unwrapBarrier(wrapped)).toEqual(root);
    expect(readFileSync(path).includes(root.toString('base64'))).toBe(false);
  });

  it('is never replaced', () => {
    KeyFileSeal.create(path, data);
    const before = readFileSync(path);
    expect(() => KeyFileSeal.create(path, data)).toThrow(/EEXIST/);
    expect(readFileSync(path)).toEqual(before);
  });

  it('of another installation opens nothing, and says so', () => {
    const { wrapped } = wrapUnder(KeyFileSeal.create(path, data));
    const other = KeyFileSeal.create(join(folder, 'other.seal'), data);
    expect(() => other.unwrapBarrier(wrapped)).toThrow(/belongs to another installation/);
    for (let i = 0; i < wrapped.length; i++) {
      const changed = Buffer.from(wrapped);
      changed[i] = (changed[i] as number) ^ 1;
      expect(() => KeyFileSeal.open(path, data).unwrapBarrier(changed)).toThrow(SealError);
    }
  });

  it('must be there', () =>
    expect(() => KeyFileSeal.open(path, data)).toThrow(/there is no seal file at .*KEYSTEAD_SEAL/));

  it.each([0o640, 0o604, 0o610, 0o602])('must not be open to others (mode %o)', (mode) => {
    KeyFileSeal.create(path, data);
    chmodSync(path, mode);
    expect(() => KeyFileSeal.open(path, data)).toThrow(/can be read by others: run "chmod 600"/);
  });

  it.each([
    ['in the data folder', 'data/keystead.seal'],
    ['deep in the data folder', 'data/a/b/keystead.seal'],
    ['in the data folder by way of ..', 'data/../data/x'],
    ['in the data folder by a link', 'link/keystead.seal'],
  ])('must not lie %s', (_, name) => {
    symlinkSync(data, join(folder, 'link'));
    expect(() => KeyFileSeal.create(join(folder, name), data)).toThrow(/must not lie in the data folder/);
  });

  it('may lie beside the data folder, also under a name that begins like it', () => {
    expect(KeyFileSeal.create(join(folder, 'data.seal'), data).sealId).toMatch(/^[0-9a-f-]{36}$/);
    expect(KeyFileSeal.create(join(folder, '..data'), data).sealId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['not JSON', 'seal'],
    ['a list', '[]'],
    ['another format', '{"format":"keystead-seal/2","id":"x","key":"AA=="}'],
    ['a short key', '{"format":"keystead-seal/1","id":"x","key":"AA=="}'],
    ['a key that is no base64', '{"format":"keystead-seal/1","id":"x","key":"????"}'],
    ['far too long', `"${'x'.repeat(5000)}"`],
  ])('is refused when it is %s', (_, text) => {
    writeFileSync(join(folder, 'seal.json'), text, { mode: 0o600 });
    expect(() => KeyFileSeal.open(join(folder, 'seal.json'), data)).toThrow(SealError);
  });
});
