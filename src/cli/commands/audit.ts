import type { CliCommand } from '../command.ts';

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
