import { Readable } from 'node:stream';
import { KeysteadError, verifyEntry, verifyGrowth, type AuditEntry, type Verification } from '@keystead/sdk';
import type { CliCommand, Given, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ExitName } from '../exit-codes.ts';
import { pipeToOwn, readText } from '../files.ts';
import type { Column, Output } from '../output.ts';
import { handOn } from '../results.ts';
import { auditFormat } from './audit-format.ts';
import { momentOf } from './moment.ts';
import { keyInArn } from './place.ts';
import { wholeNumber } from './credential.ts';

const LAST = 50;
const MAX_PAGE = 1_000;
const INSTALLATION: Row = ['--installation', "of the installation's own log, for an operator"];
const INDEX: readonly Row[] = [['<index>', 'the place of the entry in the log, as "audit entries" shows it']];
const FORMATS = ['cadf', 'cloudtrail', 'json'] as const;

const ENTRIES: readonly Column<AuditEntry>[] = [
  ['INDEX', ({ index }) => index],
  ['TIME', ({ time }) => time],
  ['ACTION', ({ action }) => action],
  ['OUTCOME', ({ outcome }) => outcome],
  ['REASON', ({ reason }) => reason],
  ['PRINCIPAL', ({ principal }) => principal],
  ['KEY', ({ key }) => key],
  ['REQUEST', ({ requestId }) => requestId],
];

/** The audit log of a server elsewhere, by its admin API. What lies on this machine is read by audit.ts. */
export const AUDIT_REMOTE_COMMANDS: readonly CliCommand[] = [
  {
    path: 'audit entries',
    summary: "Lists entries of your tenant's audit log on the server, the newest first",
    reach: 'remote',
    options: [
      ['--from <time>', 'only from this time on: 2026-11-22T00:00:00Z'],
      ['--to <time>', 'only before this time'],
      ['--principal <principal>', 'only of this principal: the name of a user, a role or a session, or an ARN'],
      ['--action <action>', 'only of this action; one that ends in * means all that begin so'],
      ['--key <key>', 'only of this key: its id or its ARN'],
      ['--outcome <outcome>', 'only what was done, refused, or failed'],
      ['--request <id>', 'only of the request with this id, or with this Correlation-Id'],
      ['--text <text>', 'only with this text somewhere, in any case'],
      ['--last <count>', `how many at the most (${LAST})`],
      INSTALLATION,
    ],
    examples: ['audit entries --outcome refused', "audit entries --action 'keystead:*' --last 10 --json"],
    run: async ({ client, given, output }) => {
      const last = given.optional('last');
      const entries = await newest(
        (query) => logOf(client(), given.flag('installation')).list(query),
        wantedBy({ given }),
        last === undefined ? LAST : wholeNumber('--last', last),
      );
      output.rows(entries, ENTRIES, 'There is no such entry.');
    },
  },
  {
    path: 'audit entry',
    summary: 'Shows one entry of the audit log on the server whole, with those of the same request',
    reach: 'remote',
    arguments: INDEX,
    options: [INSTALLATION],
    examples: ['audit entry 17', 'audit entry 17 --json'],
    run: async ({ client, given, output }) => {
      const found = await logOf(client(), given.flag('installation')).get(indexOf({ given }));
      if (output.isJson) return output.item(found);
      const { entry, details, leaf, sameRequest, keyName } = found;
      output.item({ ...entry, ...(keyName !== undefined && { keyName }), leaf, details: details ?? '(erased)' });
      if (sameRequest.length === 0) return;
      output.note('\nOf the same request:');
      output.rows(sameRequest, ENTRIES, '');
    },
  },
  {
    path: 'audit prove',
    summary:
      'Has the server prove an entry, and verifies the proof here: leaf, path through the tree, signed checkpoint',
    reach: 'remote',
    arguments: INDEX,
    options: [
      ['--verifier-key <key>', 'the public key as you kept it; without it the one that the server names is believed'],
      INSTALLATION,
    ],
    examples: ['audit prove 17', 'audit prove 17 --json > proof.json'],
    run: async ({ client, given, output }) => {
      const proof = await logOf(client(), given.flag('installation')).prove(indexOf({ given }));
      const verifierKey = given.optional('verifier-key') ?? proof.verifierKey;
      return tell(output, await verifyEntry({ ...proof, verifierKey }), proof);
    },
  },
  {
    path: 'audit growth',
    summary:
      'Verifies that the log of today goes on from a checkpoint that you kept: nothing was changed or removed since',
    reach: 'remote',
    arguments: [['<checkpoint>', 'a file with the checkpoint, as "audit checkpoint" printed it']],
    options: [
      ['--verifier-key <key>', 'the public key as you kept it; without it the one that the server names is believed'],
      INSTALLATION,
    ],
    examples: ['audit growth kept/2026-11-21'],
    run: async ({ client, given, output }) => {
      const kept = readText(given.text('checkpoint'), {
        what: 'a checkpoint, as "keystead audit checkpoint" prints it',
      });
      const size = Number(/^\S+\n(\d{1,15})\n/.exec(kept)?.[1] ?? Number.NaN);
      if (!(size >= 1))
        throw new CliError(
          'usage',
          'usage',
          'the file holds no checkpoint',
          'Keep one by "keystead audit checkpoint".',
        );
      const proof = await logOf(client(), given.flag('installation'))
        .grow(size)
        .catch((error: unknown) => {
          // A log that is smaller than it was is no mistake of whoever asks.
          if (!(error instanceof KeysteadError) || error.code !== 'audit-size-unknown') throw error;
          throw new CliError('damaged', error.code, error.message, 'Keep the checkpoint, and ask who runs the server.');
        });
      const verifierKey = given.optional('verifier-key') ?? proof.verifierKey;
      return tell(output, await verifyGrowth({ ...proof, verifierKey }, kept), proof);
    },
  },
  {
    path: 'audit download',
    summary: 'Downloads a range of the audit log on the server as lines of JSON, in the forms of "audit export"',
    reach: 'remote',
    requiredOptions: [
      ['--format <format>', 'cadf, cloudtrail or json'],
      ['--from <time>', 'from this time on: 2026-11-22T00:00:00Z'],
    ],
    options: [
      ['--to <time>', 'only before this time; now by default'],
      ['--out <file>', 'a file to write, which must not be there yet; standard output by default'],
      INSTALLATION,
    ],
    examples: ['audit download --format cadf --from 2026-11-22T00:00:00Z > events.jsonl'],
    run: async ({ client, given, host }) => {
      const format = auditFormat(given.text('format'), FORMATS);
      const query = {
        format,
        from: timeOf(given, 'from') as string,
        to: timeOf(given, 'to') ?? new Date().toISOString(),
      };
      const response = await logOf(client(), given.flag('installation')).download(query);
      const file = given.optional('out');
      const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
      if (file !== undefined) return pipeToOwn(body, file);
      for await (const chunk of body as AsyncIterable<Uint8Array>) await handOn(host.stdout, chunk);
    },
  },
];

type Client = ReturnType<Session['client']>;

/** The same questions of either kind of log. */
function logOf(api: Client, isInstallation: boolean) {
  return isInstallation
    ? {
        list: (query: Parameters<Client['listAuditEntries']>[0]) => api.listInstallationAuditEntries(query),
        get: (index: number) => api.getInstallationAuditEntry(index),
        prove: (index: number) => api.proveInstallationAuditEntry(index),
        grow: (from: number) => api.proveInstallationAuditGrowth({ from }),
        download: (query: Parameters<Client['exportAudit']>[0]) => api.exportInstallationAudit(query),
      }
    : {
        list: (query: Parameters<Client['listAuditEntries']>[0]) => api.listAuditEntries(query),
        get: (index: number) => api.getAuditEntry(index),
        prove: (index: number) => api.proveAuditEntry(index),
        grow: (from: number) => api.proveAuditGrowth({ from }),
        download: (query: Parameters<Client['exportAudit']>[0]) => api.exportAudit(query),
      };
}

type Query = NonNullable<Parameters<Client['listAuditEntries']>[0]>;

/** Goes on where a page is short because the server looks only so far at once. */
async function newest(
  list: (query: Query) => ReturnType<Client['listAuditEntries']>,
  wanted: Query,
  limit: number,
): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let after: string | undefined;
  do {
    const page = await list({ ...wanted, limit: Math.min(MAX_PAGE, limit - found.length), after });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined && found.length < limit);
  return found;
}

function wantedBy({ given }: Pick<Session, 'given'>): Query {
  const [key, outcome] = [given.optional('key'), given.optional('outcome')];
  const isOutcome = (text: string): text is 'done' | 'refused' | 'failed' =>
    ['done', 'refused', 'failed'].includes(text);
  if (outcome !== undefined && !isOutcome(outcome))
    throw new CliError('usage', 'usage', `"${outcome}" is no outcome`, 'Name one of done, refused, failed.');
  return {
    from: timeOf(given, 'from'),
    to: timeOf(given, 'to'),
    key: key === undefined ? undefined : (keyInArn(key)?.key ?? key),
    outcome,
    principal: given.optional('principal'),
    action: given.optional('action'),
    request: given.optional('request'),
    text: given.optional('text'),
  };
}

/** A moment as the admin API takes it. @throws {CliError} */
function timeOf(given: Given, option: string): string | undefined {
  const ms = momentOf(given, option);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** @throws {CliError} it is no place in a log */
function indexOf({ given }: Pick<Session, 'given'>): number {
  const text = given.text('index');
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError(
    'usage',
    'usage',
    `"${text}" is no index`,
    'Give one from 0 on, as "keystead audit entries" shows it.',
  );
}

/** Tells each step of a verification. To a program, with what was verified: it can be verified again. */
function tell(output: Output, { isVerified, steps, leafHash }: Verification, proof: object): ExitName | void {
  if (output.isJson) output.item({ verified: isVerified, steps, ...(leafHash !== undefined && { leafHash }), proof });
  else for (const { holds, says } of steps) output.note(`${holds ? 'ok  ' : 'NOT '} ${says}`);
  return isVerified ? undefined : 'damaged';
}
