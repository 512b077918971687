import type { Json } from '../bytes/canonical-json.ts';
import { leafOf, type AuditDraft } from '../audit/entry.ts';
import { readEntry } from '../audit/told-entry.ts';
import { actsOf, type ExportedAct, type ExportedEntry } from './act.ts';
import type { ExportContext } from './context.ts';

export const TENANT = '0f0e9a53-6d0b-4b7a-9a53-0d3c7d2b8f11';
export const ACCOUNT = '111122223333';
export const INSTANCE = '5c1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f11';
export const KEY = '75e404f3-a6c8-4703-b1ae-f8b4e9747b59';
const VERSION = '9b1f0f0e-6d0b-4b7a-9a53-0d3c7d2b8f22';
const ARN = `arn:aws:kms:eu-de:${ACCOUNT}:key/${KEY}`;
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const NOW = Date.UTC(2026, 10, 22, 5, 0, 0, 125);

export const CONTEXT: ExportContext = {
  accountOf: (tenant) => (tenant === TENANT ? ACCOUNT : undefined),
  instanceOf: (tenant, region) => (tenant === TENANT && region === 'eu-de' ? INSTANCE : undefined),
  statusOf: (reason) => (reason === 'access-denied' ? 401 : 409),
  awsCodeOf: (reason) => (reason === 'access-denied' ? 'AccessDeniedException' : 'KMSInvalidStateException'),
};

interface Told extends Partial<Omit<AuditDraft, 'details'>> {
  readonly details?: Json;
  /** Whether the details were erased. */
  readonly erased?: boolean;
}

let next = 0;

/** An entry as a log would give it back. */
export function entryOf(told: Told): ExportedEntry {
  const { erased = false, details = {}, ...fields } = told;
  const draft: AuditDraft = {
    tenantId: TENANT,
    timeMs: NOW,
    principal: ALICE,
    action: 'kms:Encrypt',
    requestId: 'f2b9a4c0-0000-4000-8000-000000000001',
    outcome: 'done',
    salt: Buffer.alloc(16),
    details,
    ...fields,
  };
  const { leaf, details: beside } = leafOf(draft, draft.change ? { changes: [], stateRoot: '00' } : undefined);
  return readEntry(draft.tenantId, { index: next++, leaf, details: erased ? undefined : beside });
}

const address = '192.0.2.7';
const ofIbm = (event: string, more: object = {}) => ({
  event,
  correlationId: 'c-1',
  iamId: 'IBMid-17',
  instance: INSTANCE,
  uri: `/api/v2/keys/${KEY}/actions`,
  ...more,
});
const fromIbm = (request: Json, more: object = {}): Json =>
  ({
    address,
    credential: 'token-1',
    protocol: 'key-protect',
    request,
    resource: ARN,
    userAgent: 'go/1',
    ...more,
  }) as Json;
const fromAws = (request: Json | undefined, more: object = {}): Json =>
  ({
    address,
    credential: 'KSIAEXAMPLE',
    protocol: 'aws-kms',
    region: 'eu-de',
    request,
    resource: ARN,
    ...more,
  }) as Json;

/** Acts of either wire, refused and done, erased and hostile ones, and what the clock does. */
export function examples(): ExportedEntry[] {
  next = 0;
  return [
    entryOf({ key: KEY, keyVersion: VERSION, details: fromIbm(ofIbm('kms.secrets.wrap', { keyRing: 'payroll' })) }),
    entryOf({
      requestId: 'r-2',
      key: KEY,
      keyVersion: VERSION,
      action: 'kms:Decrypt',
      details: fromAws({ encryptionContext: { a: '1' } }),
    }),
    entryOf({ requestId: 'r-3', key: KEY, action: 'kms:ReEncryptFrom', details: fromAws(undefined) }),
    entryOf({ requestId: 'r-3', key: KEY, action: 'kms:ReEncryptTo', details: fromAws(undefined) }),
    entryOf({
      requestId: 'r-4',
      key: KEY,
      action: 'kms:ScheduleKeyDeletion',
      change: true,
      details: fromIbm(ofIbm('kms.secrets.delete'), { result: { keyState: 5 } }),
    }),
    entryOf({
      requestId: 'r-5',
      key: KEY,
      action: 'kms:DisableKey',
      outcome: 'refused',
      reason: 'access-denied',
      details: fromIbm(ofIbm('kms.secrets.disable'), { refusal: 'denied-by-key-policy' }),
    }),
    entryOf({
      requestId: 'r-6',
      key: KEY,
      action: 'kms:EnableKey',
      outcome: 'refused',
      reason: 'too-early',
      erased: true,
    }),
    entryOf({ requestId: 'sweep', principal: 'keystead', key: `mrk-0a@eu-de`, action: 'kms:RotateKey', change: true }),
    entryOf({
      requestId: 'r-7',
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/auditor/monday`,
      action: 'kms:Sign',
      key: KEY,
      details: fromAws({ signingAlgorithm: 'ECDSA_SHA_256' }),
    }),
    entryOf({
      requestId: 'r-8',
      action: 'kms:CreateAlias',
      key: KEY,
      change: true,
      details: fromAws(
        { aliasName: 'alias/a"}\r\n{"eventName":"Forged"}\u001b[2J\u202e\u2028' },
        { userAgent: '\u001b]0;x\u0007\u009b' },
      ),
    }),
    entryOf({
      requestId: 'r-9',
      action: 'keystead:AddRegion',
      details: { address, credential: 'c', protocol: 'admin', request: { region: 'eu-gb' } },
    }),
  ];
}

export async function acts(entries: readonly ExportedEntry[] = examples()): Promise<ExportedAct[]> {
  return Array.fromAsync(
    actsOf(
      (async function* () {
        yield* entries;
      })(),
    ),
  );
}
