import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { cli } from './cli.fixture.ts';
import { tell } from './errors.ts';
import { pipeToOwn, readBytes, readJson, readText, writeOwn } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'keystead-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'file');
writeFileSync(file, 'not JSON \ud83d\ude00');
writeFileSync(join(folder, 'latin'), Buffer.from([0x66, 0xfc, 0x72]));
symlinkSync('loop', join(folder, 'loop'));
mkdirSync(join(folder, 'below'));

function refusal(run: () => unknown) {
  try {
    run();
  } catch (error) {
    return tell(error);
  }
  throw new Error('it was not refused');
}

describe('a file that cannot be read', () => {
  it.each([
    ['absent', 'there is no such file or folder'],
    ['file/below', 'a part of its path is a file and no folder'],
    ['below', 'it is a folder'],
    ['loop', 'its links lead in a circle'],
    ['x'.repeat(300), 'the path is too long'],
  ])('%s: says why, and what to do', (name, why) => {
    const path = join(folder, name);
    expect(refusal(() => readBytes(path))).toEqual({
      exitCode: 2,
      code: 'file-unreadable',
      message: `the file ${path} cannot be read: ${why}`,
      action: 'Check the path, or name another file.',
    });
  });

  it('says what is to be in it, and keeps the code that it has', () => {
    const use = { code: 'policy-file-unreadable', what: 'the JSON of the policy' };
    expect(refusal(() => readText(join(folder, 'none'), use))).toMatchObject({
      code: 'policy-file-unreadable',
      action: 'Name a file with the JSON of the policy.',
    });
    expect(refusal(() => readText(join(folder, 'latin'))).message).toContain('it is no text (UTF-8)');
    expect(refusal(() => readJson(file)).message).toContain('it is no JSON');
    expect(readText(file)).toBe('not JSON \ud83d\ude00');
  });
});

describe('a file that cannot be written', () => {
  it.each([
    ['file', 'there is something already'],
    ['below', 'there is something already'],
    ['none/file', 'there is no such file or folder'],
    ['file/below', 'a part of its path is a file and no folder'],
  ])('%s', async (name, why) => {
    const path = join(folder, name);
    const message = `the file ${path} cannot be written: ${why}`;
    expect(refusal(() => writeOwn(path, 'x'))).toMatchObject({ exitCode: 2, code: 'file-not-written', message });
    await expect(pipeToOwn(Readable.from(['x']), path)).rejects.toMatchObject({ code: 'file-not-written', message });
    expect(readFileSync(file, 'utf8')).toContain('not JSON');
  });

  it('is not there in part where what comes ends early', async () => {
    const broken = Readable.from(
      (function* () {
        yield 'begun';
        throw new TypeError('the server went away');
      })(),
    );
    await expect(pipeToOwn(broken, join(folder, 'begun'))).rejects.toThrow('the server went away');
    expect(readdirSync(folder)).not.toContain('begun');
  });

  it("is its owner's alone where it can", async () => {
    writeOwn(join(folder, 'own'), 'one');
    await pipeToOwn(Readable.from(['two']), join(folder, 'streamed'));
    for (const [name, text] of [
      ['own', 'one'],
      ['streamed', 'two'],
    ] as const)
      expect([readFileSync(join(folder, name), 'utf8'), statSync(join(folder, name)).mode & 0o777]).toEqual([
        text,
        0o600,
      ]);
  });
});

describe('the command line', () => {
  it.each([
    [['key', 'list', '--api-key-file', 'none'], 'the API key and nothing else'],
    [['audit', 'growth', 'none'], 'a checkpoint'],
    [['policy', 'create', 'p', '--document', 'none'], 'the JSON of the policy'],
    [['agent', 'enroll', '--server', 'http://localhost:1', '--token-file', 'none'], 'the token of an invitation'],
    [['vault', 'snapshots', '--offline', '--vault', folder, '--recovery-key', 'none'], 'the private half'],
  ])('%j says so of the file that it names', async (args, what) => {
    const env = { KEYSTEAD_API_KEY: `ks_${'a'.repeat(43)}`, KEYSTEAD_AGENT_STATE: join(folder, 'state') };
    const { exitCode, stderr } = await cli(env, ...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('cannot be read: there is no such file')]);
    expect(stderr).toContain(`Name a file with ${what}`);
  });

  it('says in words what the operating system refused elsewhere, too', () => {
    const { message, action } = refusal(() => readdirSync(join(folder, 'none')));
    expect(message).toBe(`${join(folder, 'none')} cannot be used (scandir): there is no such file or folder`);
    expect(action).toContain('Check the path');
  });

  it('reads and writes files that people name in one place alone', () => {
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !/\.(?:test|fixture)\.ts$/.test(name),
    );
    const elsewhere = sources.filter((name) =>
      /\b(?:readFileSync|writeFileSync|createWriteStream|createReadStream|readFile)\(/.test(
        readFileSync(resolve(import.meta.dirname, name), 'utf8'),
      ),
    );
    // That of the agent reads what this host has written itself.
    expect(elsewhere.toSorted()).toEqual(['commands/agent-server.ts', 'files.ts']);
  });
});
