import { KeysteadClient } from '@keystead/sdk';
import { isLoopback } from '../http/loopback.ts';
import type { CompletedCommand, ValueKind } from './completion-table.ts';
import table from './completion.gen.json' with { type: 'json' };

const COMMANDS: readonly CompletedCommand[] = table;
/** How long somebody who pressed a key waits for the server, in milliseconds. */
const PATIENCE_MS = 2_000;
/** What needs no quoting in any shell, and commands no terminal. */
const SAFE = /^[A-Za-z0-9_./:@+,=-]{1,256}$/;

/** Asks for what stands in the place of a value: `:keys`, `:regions`, `:rings`, `:environments`. */
export type Ask = (kind: ValueKind) => Promise<readonly string[]>;

/**
 * What the last of these words may become.
 *
 * @param words without the name of the program; the last is the one that is being written, and may be empty
 * @param ask absent: nothing is asked of a server
 * @returns candidates that begin like it, or `:files` alone
 */
export async function complete(words: readonly string[], ask?: Ask): Promise<readonly string[]> {
  // Bash makes words of their own of the equal-signs in --option=value.
  const now = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const { path, place, command } = readLine(words.slice(0, -1).filter((word) => word !== '='));
  const found = await candidates();
  return found.length === 1 && found[0] === ':files'
    ? found
    : found.filter((one) => one.startsWith(now) && SAFE.test(one));

  async function candidates(): Promise<readonly string[]> {
    if (command === undefined) return now.startsWith('-') ? ['--help', '--version'] : wordsBelow(path);
    if (typeof place === 'number' && now.startsWith('-')) return Object.keys(command.options);
    const kind = typeof place === 'number' ? (command.arguments[place] ?? '') : (command.options[place] ?? '');
    if (kind === ':files') return [kind];
    if (kind.startsWith(':')) return (await ask?.(kind)) ?? [];
    return kind.split('|');
  }
}

interface Read {
  readonly path: readonly string[];
  /** The option whose value comes next, or the number of the argument. */
  readonly place: string | number;
  /** Absent: the words name a group, or nothing yet. */
  readonly command: CompletedCommand | undefined;
}

function readLine(words: readonly string[]): Read {
  const path: string[] = [];
  let count = 0;
  let option: string | undefined;
  for (const word of words) {
    const command = commandAt(path);
    if (option !== undefined) option = undefined;
    else if (word.startsWith('-')) option = typeof command?.options[word] === 'string' ? word : undefined;
    else if (command === undefined) path.push(word);
    else count++;
  }
  return { path, place: option ?? count, command: commandAt(path) };
}

function commandAt(path: readonly string[]): CompletedCommand | undefined {
  const name = path.join(' ');
  return COMMANDS.find((command) => command.path === name);
}

function wordsBelow(path: readonly string[]): readonly string[] {
  const prefix = path.length === 0 ? '' : `${path.join(' ')} `;
  const below = COMMANDS.filter((command) => command.path.startsWith(prefix));
  return [...new Set(below.map((command) => command.path.slice(prefix.length).split(' ')[0] as string))];
}

/** Asks the server that the environment names: one page, and only for so long. */
export function askServer(env: Readonly<Record<string, string | undefined>>): Ask {
  return async (kind) => {
    const apiKey = env['KEYSTEAD_API_KEY']?.trim();
    const url = env['KEYSTEAD_URL'] ?? 'http://localhost:8420';
    if (apiKey === undefined || !isSafe(url)) return [];
    const client = new KeysteadClient({ url, apiKey });
    const tooLate = AbortSignal.timeout(PATIENCE_MS);
    const asked = ASKED[kind]?.(client, env['KEYSTEAD_REGION']) ?? Promise.resolve([]);
    const given = new Promise<readonly string[]>((resolve) => tooLate.addEventListener('abort', () => resolve([])));
    return Promise.race([asked, given]);
  };
}

type Lookup = (client: KeysteadClient, region: string | undefined) => Promise<readonly string[]>;

const ASKED: Readonly<Record<string, Lookup>> = {
  ':regions': async (client) => (await client.listRegions()).items.map(({ region }) => region),
  ':environments': async (client) => (await client.listEnvironments()).items.map(({ label }) => label),
  ':rings': async (client, region) =>
    (await client.listKeyRings(await regionIn(client, region))).items.map(({ keyRing }) => keyRing),
  ':keys': async (client, region) =>
    (await client.listKeys(await regionIn(client, region))).items.flatMap(({ aliases, keyId }) => [...aliases, keyId]),
};

async function regionIn(client: KeysteadClient, named: string | undefined): Promise<string> {
  return named ?? ((await client.listRegions({ limit: 1 })).items[0]?.region as string);
}

/** As for every command: an API key goes in the clear to this machine alone. */
function isSafe(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' };
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replaceAll(/[[\]]/g, '')));
}

/** The hidden command behind the scripts of `keystead completion`: `[--values] -- WORD...`. Silent, whatever happens. */
export async function completeCli(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  try {
    const words = args.slice(args.indexOf('--') + 1);
    const isAsking = args[0] === '--values';
    const found = await complete(words, isAsking ? askServer(env) : undefined);
    return found.map((one) => `${one}\n`).join('');
  } catch {
    return '';
  }
}
