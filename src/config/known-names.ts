import { ConfigError } from './config-error.ts';
import { nearest } from './nearest.ts';

type Environment = { readonly [name: string]: string | undefined };

/** Names of ours in the environment that no setting of the server has, and who goes by them. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  KEYSTEAD_URL: 'commands: the address of the server',
  KEYSTEAD_API_KEY: 'commands: the API key',
  KEYSTEAD_STORAGE_ACCESS_KEY_ID: 'commands that make or change an environment',
  KEYSTEAD_STORAGE_SECRET_ACCESS_KEY: 'commands that make or change an environment',
  KEYSTEAD_OIDC_CLIENT_SECRET: 'commands that make or change an identity provider',
  KEYSTEAD_AGENT_STATE: 'commands of an agent: where the host keeps its keys',
  KEYSTEAD_DEBUG: 'commands: errors with their stack',
  KEYSTEAD_SOURCE: 'what is run before and after a backup',
  KEYSTEAD_OUTCOME: 'what is run after a backup',
  KEYSTEAD_FAULT: 'tests: where a process dies',
  KEYSTEAD_WYCHEPROOF: 'tests: a folder of vectors',
  KEYSTEAD_BENCH_DIR: 'benchmarks: where they work',
  KEYSTEAD_ARCHIVED_AT_MS: 'makers of archives: the time it is',
};

const OF_TESTS = /^KEYSTEAD_TEST_/;
/** What Kubernetes tells every container of a service that has our name: for who listens where, by no choice of anybody. */
const OF_KUBERNETES = /^KEYSTEAD_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;
const KUBERNETES_PORT = /^KEYSTEAD_(?:\w+_)?PORT$/;

/**
 * Refuses names in the environment that begin as ours do and mean nothing: a setting that is misspelt would be ignored.
 * Empty ones do not count.
 *
 * @param settings the settings of the server, by name
 * @throws {ConfigError} names the first such name, and the nearest that there is
 */
export function requireKnownNames(environment: Environment, settings: object): void {
  const known = [...Object.keys(settings), ...Object.keys(OTHER_NAMES)];
  const stranger = Object.keys(environment)
    .filter((name) => /^KEYSTEAD_/i.test(name) && environment[name] !== '' && environment[name] !== undefined)
    .toSorted()
    .find((name) => !known.includes(name) && !isOfOthers(name, environment[name] as string));
  if (stranger === undefined) return;
  const meant = nearest(stranger.toUpperCase(), known, 'KEYSTEAD_'.length);
  const advice =
    meant === undefined ? '"keystead serve --help" lists the settings that there are' : `you may mean ${meant}`;
  throw new ConfigError(`there is no setting ${stranger}: ${advice}. Correct it, or take it out of the environment`);
}

function isOfOthers(name: string, value: string): boolean {
  if (OF_TESTS.test(name) || OF_KUBERNETES.test(name)) return true;
  return KUBERNETES_PORT.test(name) && /^(?:tcp|udp|sctp):\/\//.test(value);
}
