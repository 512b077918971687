import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missing } from '../conformance/client.fixture.ts';

const UTILITY = '/usr/bin/softhsm2-util';
export const SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so';
export const PIN = '4711';

/** Why no commands for an HSM can be run here; undefined: they can. */
export const whyNoHsm =
  missing({ name: 'SoftHSM', command: UTILITY, probe: ['--version'] }) ??
  missing({ name: 'OpenSC', command: '/usr/bin/pkcs11-tool', probe: ['--module', SOFTHSM, '--show-info'] });

/** Tools of the system alone, whatever stands before them on the way of who runs the tests. */
const SYSTEM_PATH = '/usr/bin:/bin';

/** Runs lines in a POSIX shell in a folder, with the tools of the system, and answers what they print. */
export function runLines(folder: string, lines: string, environment: Readonly<Record<string, string>> = {}): string {
  return execFileSync('/bin/sh', ['-ec', lines], {
    cwd: folder,
    env: { PATH: SYSTEM_PATH, HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
}

/** An HSM of its own below a folder; answers the environment in which it is found. */
export function makeHsm(folder: string): Readonly<Record<string, string>> {
  const [tokens, settings] = [join(folder, 'tokens'), join(folder, 'softhsm2.conf')];
  mkdirSync(tokens);
  writeFileSync(settings, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const environment = { SOFTHSM2_CONF: settings, HSM_PIN: PIN };
  runLines(folder, `${UTILITY} --init-token --free --label keystead --pin ${PIN} --so-pin ${PIN}`, environment);
  return environment;
}
