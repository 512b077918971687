import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { readConfig, SETTINGS } from './config.ts';
import { OTHER_NAMES } from './known-names.ts';

const root = resolve(import.meta.dirname, '../..');

describe('names in the environment', () => {
  it.each([
    ['KEYSTEAD_LISTNE', 'KEYSTEAD_LISTEN'],
    ['KEYSTEAD_LISTE', 'KEYSTEAD_LISTEN'],
    ['KEYSTEAD_SOURCE_ROOT', 'KEYSTEAD_SOURCE_ROOTS'],
    ['KEYSTEAD_VALUT_ROOTS', 'KEYSTEAD_VAULT_ROOTS'],
    ['KEYSTEAD_TLS_CERTIFICATE', 'KEYSTEAD_TLS_CERT'],
    ['KEYSTEAD_DATA_FOLDER', 'KEYSTEAD_DATA'],
    ['KEYSTEAD_EGRESS', 'KEYSTEAD_EGRESS_HOSTS'],
    ['KEYSTEAD_APIKEY', 'KEYSTEAD_API_KEY'],
    ['Keystead_Url', 'KEYSTEAD_URL'],
  ])('%s is refused, with the right one: %s', (wrong, right) => {
    expect(() => readConfig({ [wrong]: 'x' })).toThrow(ConfigError);
    expect(() => readConfig({ [wrong]: 'x' })).toThrow(
      `there is no setting ${wrong}: you may mean ${right}. Correct it`,
    );
  });

  it.each(['KEYSTEAD_', 'KEYSTEAD_XYZZY', 'KEYSTEAD_PORT', 'KEYSTEAD_IMAGE_VERSION'])(
    '%s is like none: what there is, is listed elsewhere',
    (name) => {
      expect(() => readConfig({ [name]: '8420' })).toThrow('"keystead serve --help" lists');
    },
  );

  it('of others, empty ones, and those that Kubernetes makes of a service count for nothing', () => {
    expect(
      readConfig({
        PATH: '/bin',
        NOT_KEYSTEAD_LISTNE: 'x',
        KEYSTEADFAST: 'x',
        KEYSTEAD_LISTNE: '',
        KEYSTEAD_SERVICE_HOST: '10.0.0.7',
        KEYSTEAD_SERVICE_PORT: '8420',
        KEYSTEAD_SERVICE_PORT_HTTPS: '8420',
        KEYSTEAD_PORT: 'tcp://10.0.0.7:8420',
        KEYSTEAD_PORT_8420_TCP_ADDR: '10.0.0.7',
        KEYSTEAD_DB_SERVICE_HOST: '10.0.0.8',
        KEYSTEAD_DB_PORT: 'tcp://10.0.0.8:5432',
        KEYSTEAD_URL: 'http://localhost:1',
        KEYSTEAD_TEST_CEPH: 'x',
      }),
    ).toEqual(readConfig({}));
  });

  it('that our sources read are all known', () => {
    const folders = ['src', 'test', 'tools', 'bench', 'console/src'];
    const sources = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('known-names.test.ts'))
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
    );
    const read = sources.flatMap((text) => text.match(/\bKEYSTEAD_[A-Z_]+[A-Z]\b/g) ?? []);
    // Constants of the code, and what names begin with.
    const constants = ['KEYSTEAD_GREEN', 'KEYSTEAD_USES', 'KEYSTEAD_NONCE', 'KEYSTEAD_STORAGE', 'KEYSTEAD_SMTP'];
    const known = [...Object.keys(SETTINGS), ...Object.keys(OTHER_NAMES), ...constants];
    expect(read.length).toBeGreaterThan(50);
    expect([...new Set(read)].filter((name) => !known.includes(name) && !name.startsWith('KEYSTEAD_TEST_'))).toEqual(
      [],
    );
  });
});
