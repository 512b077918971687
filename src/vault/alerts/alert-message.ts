import { ALERT_KINDS, type Alert, type AlertFacts } from './alert.ts';

/** What an alert is in the words of a channel. Counts and links, never data. */
export interface AlertMessage {
  readonly subject: string;
  readonly text: string;
  /** JSON: a message of Standard Webhooks, `type`, `timestamp` and `data`. */
  readonly body: Buffer;
}

/** What stands before each fact in a mail. */
const LABELS: Readonly<Record<string, string>> = {
  environment: 'Environment',
  environmentId: 'Environment id',
  sourceId: 'Source id',
  runKind: 'Kind of run',
  runId: 'Run',
  code: 'Reason',
  keyId: 'Master key',
  deletionAt: 'To be deleted at',
  unreadableCount: 'Snapshots that become unreadable',
  snapshotCount: 'Of snapshots in all',
  newestUnreadableAt: 'The newest of them is of',
  oldestUnreadableAt: 'The oldest of them is of',
  problemCount: 'Items not kept',
  findingCount: 'Findings',
  lastGoodAt: 'Newest good backup',
  alertAfterHours: 'Hours that it may be old',
};

/** `publicUrl`: where people reach this server, for the link; absent: the command that shows more is named. */
export function alertMessage({ facts, atMs }: Alert, publicUrl: string | undefined): AlertMessage {
  const { kind, environment } = facts;
  const { title, weight } = ALERT_KINDS[kind];
  const shown = shownFacts(facts);
  const link = linkOf(facts, publicUrl);
  const lines = Object.entries(shown).map(([name, value]) => `${LABELS[name] ?? name}: ${value}`);
  const at = new Date(atMs).toISOString();
  const more = link === undefined ? commandOf(facts) : link;
  return {
    subject: oneLine(`[Keystead] ${title}${environment === undefined ? '' : ` (${environment})`}`),
    text: [`${title}.`, '', ...lines.map(oneLine), `At: ${at}`, ...(more === undefined ? [] : ['', more]), ''].join(
      '\n',
    ),
    body: Buffer.from(
      JSON.stringify({
        type: `keystead.vault.${kind}`,
        timestamp: at,
        data: { title, weight, ...shown, ...(link !== undefined && { link }) },
      }),
      'utf8',
    ),
  };
}

function shownFacts(facts: AlertFacts): Record<string, string | number> {
  const { kind: _, deletionAtMs, lastGoodAtMs, ...rest } = facts;
  return {
    ...rest,
    ...(deletionAtMs !== undefined && { deletionAt: new Date(deletionAtMs).toISOString() }),
    ...(lastGoodAtMs !== undefined && { lastGoodAt: new Date(lastGoodAtMs).toISOString() }),
  };
}

function linkOf({ environmentId, runId }: AlertFacts, publicUrl: string | undefined): string | undefined {
  if (publicUrl === undefined || environmentId === undefined) return undefined;
  const place = `${publicUrl}/console/environments/${environmentId}`;
  return runId === undefined ? place : `${place}/runs/${runId}`;
}

function commandOf({ environmentId, runId, keyId }: AlertFacts): string | undefined {
  if (runId !== undefined) return `keystead vault run ${runId}`;
  if (keyId !== undefined && environmentId !== undefined) return `keystead vault key-watch ${environmentId}`;
  return environmentId === undefined ? undefined : `keystead vault environment show ${environmentId}`;
}

/** No line of a mail, and no header, can begin another. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
