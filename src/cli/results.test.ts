import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './cli.fixture.ts';
import { handOn } from './results.ts';
import { runCli } from './run.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');
const LINE = `${JSON.stringify({ text: 'Schlüssel für Zoë 🔑' })}\n`;

describe('a long result', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  let env: Record<string, string>;
  const folder = mkdtempSync(join(tmpdir(), 'keystead-results-'));

  beforeAll(async () => {
    server = createServer({ keepAliveTimeout: 0 }, (_, response) => answer(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    env = {
      KEYSTEAD_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      KEYSTEAD_API_KEY: `ks_${'a'.repeat(43)}`,
    };
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  });

  const download = ['audit', 'download', '--format', 'json', '--from', '2026-11-22'];

  it('comes to standard output as it was sent, wherever it is cut on its way', async () => {
    const bytes = Buffer.from(LINE.repeat(3));
    answer = (response) => {
      const parts = Array.from(bytes, (byte) => Uint8Array.of(byte));
      void pipeline(parts, response);
    };
    expect(await cli(env, ...download)).toEqual({ exitCode: 0, stdout: LINE.repeat(3), stderr: '' });
  });

  it('is fetched no faster than it is read, and no longer than somebody reads', async () => {
    let [sent, isGone] = [0, false];
    answer = (response) => {
      const parts = function* () {
        for (const part = Buffer.alloc(1 << 16, LINE); ; sent += part.length) yield part;
      };
      void pipeline(parts, response).catch(() => (isGone = true));
    };
    const reader = spawn(process.execPath, [MAIN, ...download], { env: { ...process.env, ...env }, stdio: 'pipe' });
    const told = reader.stderr.setEncoding('utf8').toArray();
    await once(reader.stdout, 'readable');
    // What is on its way fills pipes and sockets, and stays far below what an export has.
    let before = -1;
    await expect.poll(() => before === (before = sent), { interval: 200 }).toBe(true);
    expect(sent).toBeLessThan(100 << 20);
    reader.stdout.destroy();
    const [code] = (await once(reader, 'close')) as [number];
    expect([code, (await told).join('')]).toEqual([0, '']);
    await expect.poll(() => isGone).toBe(true);
  });

  it('that does not fit on the disk is told, with what to do', async () => {
    for (const line of [['completion', 'bash'], ['--help'], ['status', '--json']]) {
      answer = (response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"version":"1"}');
      const full = openSync('/dev/full', 'w');
      const file = join(folder, 'told');
      const told = openSync(file, 'w');
      const child = spawn(process.execPath, [MAIN, ...line], {
        env: { ...process.env, ...env },
        stdio: ['ignore', full, told],
      });
      const [code] = (await once(child, 'close')) as [number];
      for (const one of [full, told]) closeSync(one);
      expect([line, code, readFileSync(file, 'utf8')]).toEqual([
        line,
        1,
        expect.stringContaining('results cannot be written to standard output: the disk is full'),
      ]);
    }
  });

  it('ends with what its place says: not at all where nobody reads, as a failure where it fails', async () => {
    const failing = (code: string) =>
      new Writable({
        highWaterMark: 1,
        write: (_part, _encoding, done) => done(Object.assign(new Error(code), { code, syscall: 'write' })),
      }).on('error', () => undefined);
    for (const [code, exitCode] of [
      ['EPIPE', 0],
      ['ENOSPC', 1],
    ] as const) {
      await expect(handOn(failing(code), 'x')).rejects.toMatchObject({ code });
      const stderr = new Writable({ write: (_part, _encoding, done) => done() });
      expect([code, await runCli(['completion', 'bash'], { env: {}, stdout: failing(code), stderr })]).toEqual([
        code,
        exitCode,
      ]);
    }
  });

  it('is no reason to take the broken connection of another for a good end', async () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
    const told: string[] = [];
    const host = {
      env: {
        ...env,
        get KEYSTEAD_URL(): string {
          throw broken;
        },
      },
      stdout: new Writable({ write: (_part, _encoding, done) => done() }),
      stderr: new Writable({ write: (part, _encoding, done) => (told.push(String(part)), done()) }),
    };
    expect(await runCli(['status'], host)).toBe(1);
    expect(told.join('')).toContain('EPIPE');
  });
});
