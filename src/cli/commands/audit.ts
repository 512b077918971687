import { isWanted, type WantedMembers } from '../../audit/wanted-entry.ts';
import type { CliCommand, Given } from '../command.ts';
import { CliError } from '../errors.ts';
import { handOn } from '../results.ts';
import { auditFormat } from './audit-format.ts';
import { wholeNumber } from './credential.ts';
import { momentOf } from './moment.ts';
import { keyInArn } from './place.ts';

const LAST = 50;
const OUTCOMES: readonly string[] = ['done', 'refused', 'failed'];

interface VerifiedLog {
  readonly log: string;
  readonly size: number;
  readonly root: string;
  readonly signedAt: string;
  readonly erased: number;
  readonly timesBack: readonly number[];
}

export const AUDIT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'audit verify',
    summary: 'Verifies every audit log from its first entry, then the database against them; needs no server, no seal',
    reach: 'data',
    options: [
      ['--checkpoint <file...>', 'older checkpoints that you kept: the logs must go on from them'],
      ['--signer <file>', "the signer's public key as you kept it; without it the copy beside the logs is believed"],
    ],
    examples: ['audit verify', 'audit verify --data /var/lib/keystead --checkpoint kept/monday kept/tuesday'],
    run: async ({ config, given, output }) => {
      const { verifyAudit } = await import('../../server/offline.ts');
      const { logs, state } = await verifyAudit(config(), given.list('checkpoint'), given.optional('signer'));
      const rows: VerifiedLog[] = [...logs].map(([log, { checkpoint, erased, timesBack }]) => ({
        log,
        size: checkpoint.size,
        root: checkpoint.root.toString('hex'),
        signedAt: new Date(checkpoint.timeMs).toISOString(),
        erased,
        timesBack,
      }));
      if (output.isJson) return output.item({ verified: true, logs: rows, ...(state && { state }) });
      output.rows(
        rows,
        [
          ['LOG', ({ log }) => log],
          ['ENTRIES', ({ size }) => size],
          ['ROOT', ({ root }) => root],
          ['SIGNED', ({ signedAt }) => signedAt],
        ],
        'There is no log.',
      );
      for (const { log, erased, timesBack } of rows) {
        if (erased > 0) output.note(`${log}: the details of ${erased} entries were erased.`);
        if (timesBack.length > 0)
          output.note(`${log}: the clock was set back before entry ${timesBack.join(', entry ')}.`);
      }
      output.note(
        state
          ? `Verified: ${rows.length} logs, and the ${state.records} records of the database are those of the logs.`
          : `Verified: ${rows.length} logs. There is no database beside them.`,
      );
    },
  },
  {
    path: 'audit show',
    summary: 'Shows the newest entries of the audit logs on this machine, the newest last; --json with all details',
    reach: 'data',
    options: [
      ['--key <key>', 'only of this key: its id or its ARN'],
      ['--principal <principal>', 'only of this principal: the name of a user, a role or a session, or an ARN'],
      ['--action <action>', 'only of this action: kms:Decrypt'],
      ['--outcome <outcome>', 'only what was done, refused, or failed'],
      ['--request <id>', 'only of the request with this id, or with this Correlation-Id'],
      ['--last <count>', `how many at the most (${LAST})`],
    ],
    examples: ['audit show --outcome refused', 'audit show --principal alice --action kms:Decrypt --last 10 --json'],
    run: async ({ config, given, output }) => {
      const { newestEntries } = await import('../../server/audit-entries.ts');
      const last = given.optional('last');
      const limit = last === undefined ? LAST : wholeNumber('--last', last);
      const entries = await newestEntries(config(), wantedBy(given), limit);
      output.rows(
        entries.map(({ time, ...entry }) => ({ time: new Date(time).toISOString(), ...entry })),
        [
          ['TIME', ({ time }) => time],
          ['ACTION', ({ action }) => action],
          ['OUTCOME', ({ outcome }) => outcome],
          ['REASON', ({ reason }) => reason],
          ['PRINCIPAL', ({ principal }) => principal],
          ['KEY', ({ key }) => key],
          ['REQUEST', ({ request }) => request],
        ],
        'There is no such entry.',
      );
    },
  },
  {
    path: 'audit export',
    summary:
      'Writes the audit logs on this machine as JSON lines: events of CADF as IBM Cloud words them, records of AWS CloudTrail, or the entries as they are',
    reach: 'data',
    requiredOptions: [['--format <format>', 'cadf, cloudtrail or json']],
    options: [
      ['--from <time>', 'only from this time on: 2026-11-22T00:00:00Z'],
      ['--to <time>', 'only before this time'],
      ['--log <log>', 'only of this log: a tenant, by its id or its account id, or installation'],
    ],
    examples: [
      'audit export --format cadf --from 2026-11-22T00:00:00Z > events.jsonl',
      'audit export --format cloudtrail --log 123456789012',
    ],
    run: async ({ config, given, host }) => {
      const { EXPORT_FORMATS, exportAudit } = await import('../../server/audit-export.ts');
      const format = auditFormat(given.text('format'), EXPORT_FORMATS);
      const [fromMs, toMs, log] = [momentOf(given, 'from'), momentOf(given, 'to'), given.optional('log')];
      const range = {
        ...(fromMs !== undefined && { fromMs }),
        ...(toMs !== undefined && { toMs }),
        ...(log !== undefined && { log }),
      };
      try {
        for await (const line of exportAudit(config(), format, range)) await handOn(host.stdout, `${line}\n`);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new CliError('failed', 'log-not-found', error.message, 'Run "keystead audit verify" to see the logs.');
      }
    },
  },
  {
    path: 'audit checkpoint',
    summary:
      "Shows the newest signed checkpoint of your tenant's log: keep it, to prove later that nothing was changed",
    reach: 'remote',
    options: [['--installation', "the installation's own log, for an operator"]],
    examples: ['audit checkpoint > kept/2026-11-21', 'audit checkpoint --json'],
    run: async ({ client, given, output }) => {
      const api = client();
      const found = await (given.flag('installation') ? api.getInstallationCheckpoint() : api.getAuditCheckpoint());
      output.text(found.checkpoint, found);
    },
  },
];

/** Whether an entry is one of those that were asked for. @throws {CliError} */
function wantedBy(given: Given): (entry: WantedMembers) => boolean {
  const key = given.optional('key');
  const asked = {
    ...(key !== undefined && { key: keyInArn(key)?.key ?? key }),
    ...Object.fromEntries(
      (['principal', 'action', 'outcome', 'request'] as const).flatMap((name) => {
        const value = given.optional(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
  const outcome = given.optional('outcome');
  if (outcome !== undefined && !OUTCOMES.includes(outcome))
    throw new CliError('usage', 'usage', `"${outcome}" is no outcome`, `Name one of ${OUTCOMES.join(', ')}.`);
  return (entry) => isWanted(entry, asked);
}
