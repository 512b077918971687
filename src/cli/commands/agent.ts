import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SourceSpec } from '../../vault/sources/source-spec.ts';
import { hostBackup } from '../../vault/agents/host/host-backup.ts';
import { HostState } from '../../vault/agents/host/host-state.ts';
import { showBackup } from '../../vault/runs/results.ts';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { readBytes } from '../files.ts';
import { ProgressBar } from '../progress.ts';
import { requireSafe } from '../session.ts';
import { AgentServer } from './agent-server.ts';
import { enroll } from './agent-enroll.ts';
import { tellSpooled, reportOf } from './agent-reports.ts';

const STATE: Row = [
  '--state <folder>',
  'where this host keeps its keys, mode 0700 (KEYSTEAD_AGENT_STATE; /var/lib/keystead-agent)',
];
const UNSEEN = (snapshot: string): string =>
  `the server does not find the snapshot ${snapshot} in the environment's store`;
const DEFAULT_STATE = '/var/lib/keystead-agent';

export const AGENT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'agent enroll',
    summary: 'Takes up an invitation: makes the signing key of this host, and shows its fingerprint',
    reach: 'none',
    requiredOptions: [
      ['--server <url>', "the server's address"],
      ['--token-file <file>', 'a file that holds the token of the invitation and nothing else'],
    ],
    options: [STATE, ['--store-path <folder>', "where the environment's folder is mounted on this host"]],
    examples: ['agent enroll --server https://keystead.example:8420 --token-file /root/token'],
    run: async (session) => {
      const { given, output } = session;
      const storePath = given.optional('store-path');
      const facts = await enroll({
        state: stateOf(session),
        url: requireSafe(given.text('server')),
        token: readBytes(given.text('token-file'), { what: 'the token of an invitation' }),
        ...(storePath !== undefined && { storePath: resolve(storePath) }),
      });
      const { name, writerId: fingerprint, vaultId, creator, storage } = facts;
      output.item({ name, fingerprint, vaultId, creator, storage });
      output.note('Compare the fingerprint with "keystead vault agent show" on the other side.');
    },
  },
  {
    path: 'agent backup',
    summary: 'Backs up a folder of this host, or its standard input, and tells the server what came of it',
    reach: 'none',
    arguments: [['[source]', 'a folder']],
    options: [
      ['--name <name>', 'what the source is called: the same each time, by default its path'],
      ['--stdin', 'back up what comes on standard input; takes --name'],
      ['--exclude <pattern...>', 'what is left out (docs/guide/vault.md)'],
      ['--include <pattern...>', 'what is kept, and nothing else'],
      ['--one-file-system', 'keep folders that other file systems are mounted on empty'],
      ['--skip-caches', 'keep caches (CACHEDIR.TAG) without what is in them'],
      ['--before <part...>', 'a program, by its absolute path, and its arguments, run before the folder is read'],
      ['--after <part...>', 'the same, when it has been read'],
      STATE,
    ],
    settings: [['AWS_ACCESS_KEY_ID, AWS_PROFILE, ...', "credentials of the store, in the AWS SDK's places"]],
    examples: ['agent backup /srv/records --exclude "*.tmp"', 'agent backup --stdin --name orders.sql'],
    run: async (session) => await runBackup(session),
  },
  {
    path: 'agent status',
    summary: 'Shows how this host is enrolled, what it has not told yet, and whether the master key answers',
    reach: 'none',
    options: [STATE],
    examples: ['agent status', 'agent status --json'],
    run: async (session) => {
      const state = stateOf(session);
      const { name, writerId: fingerprint, url, environmentId, agentId, storage } = state.facts();
      const server = AgentServer.of(state);
      const { left, unseen } = await tellSpooled(state, server);
      for (const snapshot of unseen) session.output.warn(UNSEEN(snapshot));
      const masterKey = await server.word(false).then(
        () => 'answers',
        (error: Error) => error.message,
      );
      session.output.item({ name, fingerprint, url, environmentId, agentId, storage, untoldReports: left, masterKey });
    },
  },
];

function stateOf({ given, host }: Session): HostState {
  return new HostState(resolve(given.optional('state') ?? host.env['KEYSTEAD_AGENT_STATE'] ?? DEFAULT_STATE));
}

function sourceOf({ given }: Session): SourceSpec {
  const folder = given.optional('source');
  const name = given.optional('name');
  if (given.flag('stdin')) {
    if (folder !== undefined || name === undefined) {
      throw new CliError(
        'usage',
        'bad-source',
        '--stdin takes --name and no folder',
        'Give --name orders.sql, for example.',
      );
    }
    return { kind: 'stream', name, item: name };
  }
  if (folder === undefined) {
    throw new CliError(
      'usage',
      'bad-source',
      'there is nothing to back up',
      'Name a folder, or give --stdin --name NAME.',
    );
  }
  // Backups follow no link, so the folder is named as it really is; what is not there is refused when it is read.
  const path = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  const [include, exclude] = [given.list('include'), given.list('exclude')];
  const [before, after] = [given.list('before'), given.list('after')];
  return {
    kind: 'folder',
    path,
    name: name ?? resolve(folder),
    ...(include.length > 0 && { include }),
    ...(exclude.length > 0 && { exclude }),
    ...(given.flag('one-file-system') && { oneFileSystem: true }),
    ...(given.flag('skip-caches') && { skipCaches: true }),
    ...(before.length > 0 && { before }),
    ...(after.length > 0 && { after }),
  };
}

async function runBackup(session: Session): Promise<ExitName> {
  const { host, output } = session;
  const source = sourceOf(session);
  const state = stateOf(session);
  const server = AgentServer.of(state);
  const unlock = state.lock();
  if (unlock === undefined) {
    throw new CliError(
      'failed',
      'run-in-progress',
      'another backup of this host is at work',
      'Run again when it has ended.',
    );
  }
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    for (const snapshot of (await tellSpooled(state, server)).unseen) output.warn(UNSEEN(snapshot));
    const bar = new ProgressBar({ host, output, label: 'Backing up', unit: 'bytes' });
    const startedAt = new Date().toISOString();
    const done = hostBackup({
      state,
      source,
      server: { prove: () => server.prove(), ask: () => server.ask() },
      signal: abort.signal,
      onProgress: ({ bytes, totalBytes }) =>
        bar.update({ done: bytes, ...(totalBytes !== undefined && { total: totalBytes }) }),
    });
    const outcome = await done.then(
      (report) => ({ report }),
      (error: unknown) => ({ error }),
    );
    bar.finish();
    state.spool(reportOf(source.name, startedAt, outcome));
    const { left, unseen } = await tellSpooled(state, server);
    if (left > 0)
      output.warn(
        `The server could not be told of ${left === 1 ? 'this run' : `the last ${left} runs`} yet: the next run tells it.`,
      );
    if ('error' in outcome) throw abort.signal.aborted ? interrupted() : outcome.error;
    if (unseen.includes(outcome.report.snapshotId)) {
      throw new CliError(
        'failed',
        'snapshot-missing',
        UNSEEN(outcome.report.snapshotId),
        'What was put went elsewhere: see that "keystead agent status" shows the bucket or the folder of the environment.',
      );
    }
    output.item(showBackup(outcome.report));
    for (const { code, path } of outcome.report.problems) output.warn(`${code}: ${path.toString()}`);
    return outcome.report.problems.length > 0 ? 'incomplete' : 'ok';
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    unlock();
  }
}

function interrupted(): CliError {
  return new CliError(
    'interrupted',
    'interrupted',
    'the backup was stopped before it was done: it made no snapshot',
    'Run it again: what was put is taken over.',
  );
}
