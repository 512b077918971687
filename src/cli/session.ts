import { KeysteadClient } from '@keystead/sdk';
import { readConfig, SETTINGS } from '../config/config.ts';
import { requireKnownNames } from '../config/known-names.ts';
import { isLoopback } from '../http/loopback.ts';
import type { Given, Reach, Row, Session } from './command.ts';
import { CliError } from './errors.ts';
import { readText } from './files.ts';
import type { CliHost } from './host.ts';
import { Output } from './output.ts';

const DEFAULT_URL = 'http://localhost:8420';

/** Options that commands of one reach have in common. */
export const COMMON_OPTIONS: Record<Reach, readonly Row[]> = {
  remote: [
    ['--url <url>', `the server's address (KEYSTEAD_URL; ${DEFAULT_URL})`],
    ['--api-key-file <file>', 'a file that holds the API key and nothing else (or KEYSTEAD_API_KEY)'],
  ],
  data: [
    ['--data <folder>', 'the data folder (KEYSTEAD_DATA; ./data)'],
    ['--seal <file>', "the seal's key file (KEYSTEAD_SEAL; ./keystead.seal)"],
  ],
  none: [],
};

/** The settings that an option stands in for. */
const SETTING_OF = {
  data: 'KEYSTEAD_DATA',
  seal: 'KEYSTEAD_SEAL',
  listen: 'KEYSTEAD_LISTEN',
  region: 'KEYSTEAD_REGION',
  'tls-cert': 'KEYSTEAD_TLS_CERT',
  'tls-key': 'KEYSTEAD_TLS_KEY',
} as const;

/** What a command works with. @throws {ConfigError} the environment has a name that is like one of ours and none */
export function openSession(host: CliHost, given: Given): Session {
  requireKnownNames(host.env, SETTINGS);
  const url = () => requireSafe(given.optional('url') ?? host.env['KEYSTEAD_URL'] ?? DEFAULT_URL);
  return {
    host,
    given,
    output: new Output(host, given.flag('json')),
    client: (fetch) => new KeysteadClient({ url: url(), apiKey: readApiKey(host, given), ...(fetch && { fetch }) }),
    url,
    config: () => {
      const options = Object.entries(SETTING_OF).flatMap(([option, setting]) => {
        const value = given.optional(option);
        return value === undefined ? [] : [[setting, value] as const];
      });
      return readConfig({ ...host.env, ...Object.fromEntries(options) });
    },
  };
}

/** From a file or the environment: an argument would stand in the list of processes and in the shell's history. */
function readApiKey(host: CliHost, given: Given): string {
  const file = given.optional('api-key-file');
  const apiKey = (
    file === undefined ? host.env['KEYSTEAD_API_KEY'] : readText(file, { what: 'the API key and nothing else' })
  )?.trim();
  if (apiKey === undefined || apiKey === '') {
    throw new CliError(
      'usage',
      'no-api-key',
      file === undefined ? 'no API key was given' : `the file ${file} is empty`,
      'Set KEYSTEAD_API_KEY, or name a file that holds the key by --api-key-file.',
    );
  }
  if (!/^ks_[A-Za-z0-9_-]{43}$/.test(apiKey)) {
    throw new CliError(
      'usage',
      'malformed-api-key',
      'what was given as the API key is not one',
      'An API key is ks_ and 43 more characters; "keystead init" and "keystead credential create" show one.',
    );
  }
  return apiKey;
}

/** An API key goes in the clear to this machine alone. */
export function requireSafe(url: string): string {
  const { protocol, hostname } = parseUrl(url);
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replaceAll(/[[\]]/g, '')))) return url;
  throw new CliError(
    'usage',
    'unsafe-url',
    `the API key is not sent to ${url}: beyond this machine only https is used`,
    'Give an address that begins with https://.',
  );
}

function parseUrl(url: string): URL {
  const parsed = URL.parse(url);
  // "localhost:8420" is an address to the parser too, of the protocol "localhost:".
  if (parsed && parsed.hostname !== '') return parsed;
  throw new CliError('usage', 'malformed-url', `"${url}" is no address`, `Give one like ${DEFAULT_URL}.`);
}
