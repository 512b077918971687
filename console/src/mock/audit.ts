import { KeysteadError, type AuditEntry } from '@keystead/sdk';
import { forgetKept } from '../pages/audit/kept-checkpoint.ts';
import { MadeUpLog } from './audit-log.ts';
import type { Methods } from './mocked.ts';

const TENANT = '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11';
const ACCOUNT = '123456789012';
const KEY = '1234abcd-12ab-34cd-56ef-1234567890ab';
const MINUTE_MS = 60_000;
const ENTRIES = 137;

type Act = Pick<AuditEntry, 'principal' | 'action' | 'outcome' | 'protocol'> & Partial<AuditEntry>;

const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;

/** What is done here again and again. */
const ACTS: readonly Act[] = [
  { principal: user('payroll-service'), action: 'kms:GenerateDataKey', outcome: 'done', protocol: 'aws-kms', key: KEY },
  { principal: user('payroll-service'), action: 'kms:Decrypt', outcome: 'done', protocol: 'aws-kms', key: KEY },
  { principal: user('ada'), action: 'keystead:ListEnvironments', outcome: 'done', protocol: 'admin' },
  {
    principal: user('grace'),
    action: 'kms:ScheduleKeyDeletion',
    outcome: 'refused',
    reason: 'access-denied',
    refusal: 'No policy allows kms:ScheduleKeyDeletion on this key.',
    protocol: 'aws-kms',
    key: KEY,
  },
  {
    principal: `arn:aws:sts::${ACCOUNT}:assumed-role/nightly/backup-42`,
    action: 'keystead:StartBackup',
    outcome: 'done',
    protocol: 'admin',
    resource: `arn:keystead:vault::${ACCOUNT}:environment/main-office`,
  },
  {
    principal: user('ada'),
    action: 'kms:RotateKeyOnDemand',
    outcome: 'done',
    protocol: 'admin',
    key: KEY,
    isChange: true,
  },
  {
    principal: user('<b>\u202eecila'),
    action: 'kms:Decrypt',
    outcome: 'failed',
    reason: 'material-expired',
    protocol: 'key-protect',
    key: KEY,
  },
];

const AGENTS = ['aws-sdk-js/3.1', 'Boto3/1.40', 'Mozilla/5.0', 'keystead/0.1'];

async function fill(log: MadeUpLog): Promise<void> {
  const now = Date.now();
  for (let n = 0; n < ENTRIES; n++) {
    const act = ACTS[n % ACTS.length] as Act;
    const age = (ENTRIES - n) * 23 * MINUTE_MS;
    await log.append(
      {
        isChange: false,
        isErased: false,
        region: 'eu-central-1',
        address: `192.0.2.${10 + (n % 5)}`,
        userAgent: AGENTS[n % AGENTS.length],
        ...act,
        requestId: crypto.randomUUID(),
        time: new Date(now - age).toISOString().replace(/\.\d+Z$/, 'Z'),
      },
      act.key === undefined ? undefined : { encryptionContext: { department: 'payroll', run: String(n) } },
    );
  }
}

// The made-up log begins anew with each load: what was kept of the one before is of no use.
for (const log of [TENANT, 'installation']) forgetKept(log);

const tenantLog = new MadeUpLog(TENANT, fill);
const installationLog = new MadeUpLog('installation', async (log) => {
  await log.append({
    principal: user('ada'),
    action: 'installation:CreateTenant',
    outcome: 'done',
    protocol: 'admin',
    isChange: true,
    isErased: false,
    requestId: crypto.randomUUID(),
    time: new Date(Date.now() - 30 * 24 * 60 * MINUTE_MS).toISOString(),
    address: '192.0.2.10',
  });
});

type Query = Parameters<Methods['listAuditEntries']>[0];

function fits(entry: AuditEntry, query: NonNullable<Query>): boolean {
  const { from, to, principal, action, key, outcome, request, text } = query;
  const begins = action?.endsWith('*') === true ? action.slice(0, -1).toLowerCase() : undefined;
  return (
    (from === undefined || Date.parse(entry.time) >= Date.parse(from)) &&
    (to === undefined || Date.parse(entry.time) < Date.parse(to)) &&
    (principal === undefined || entry.principal === principal || entry.principal.endsWith(`/${principal}`)) &&
    (action === undefined ||
      (begins === undefined
        ? entry.action.toLowerCase() === action.toLowerCase()
        : entry.action.toLowerCase().startsWith(begins))) &&
    (key === undefined || entry.key === key) &&
    (outcome === undefined || entry.outcome === outcome) &&
    (request === undefined || entry.requestId === request) &&
    (text === undefined || JSON.stringify(entry).toLowerCase().includes(text.toLowerCase()))
  );
}

async function list(log: MadeUpLog, query: Query = {}) {
  const { after, limit = 100 } = query;
  const before = after === undefined ? Infinity : Number(after);
  const found = (await log.entries()).filter((one) => one.index < before && fits(one, query)).toReversed();
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const next = found.length > limit && last !== undefined ? String(last.index) : undefined;
  return {
    items,
    ...(next !== undefined && { next }),
    ...(last !== undefined && { searchedTo: { index: last.index, time: last.time } }),
  };
}

async function show(log: MadeUpLog, index: number) {
  const whole = await log.whole(index);
  if (whole !== undefined) return whole;
  throw new KeysteadError({
    status: 404,
    code: 'audit-entry-not-found',
    message: `the audit log has no entry ${index} yet`,
  });
}

async function exported(log: MadeUpLog): Promise<Response> {
  return new Response((await log.entries()).map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

/** The audit log of the made-up server: its entries are invented, its proofs are not. */
export const auditMock = {
  listAuditEntries: (query) => list(tenantLog, query),
  listInstallationAuditEntries: (query) => list(installationLog, query),
  getAuditEntry: (index) => show(tenantLog, index),
  getInstallationAuditEntry: (index) => show(installationLog, index),
  proveAuditEntry: (index) => tenantLog.prove(index),
  proveInstallationAuditEntry: (index) => installationLog.prove(index),
  proveAuditGrowth: ({ from }) => tenantLog.grow(from),
  proveInstallationAuditGrowth: ({ from }) => installationLog.grow(from),
  exportAudit: () => exported(tenantLog),
  exportInstallationAudit: () => exported(installationLog),
  getAuditCheckpoint: () => tenantLog.checkpoint(),
  getInstallationCheckpoint: () => installationLog.checkpoint(),
} satisfies Partial<Methods>;
