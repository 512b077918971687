import { STATUS_TEXTS } from './status-texts.ts';
import { crnOf, instanceCrn } from '../identity/crn.ts';
import { statusOfDone } from './done-status.ts';
import type { ExportedAct } from './act.ts';
import { placeOf, type ExportContext } from './context.ts';
import { ibmActionOf } from './names-of-acts.ts';

type Members = { readonly [name: string]: unknown };

/** What of the details of a request is said elsewhere in the event. */
const ELSEWHERE: ReadonlySet<string> = new Set(['event', 'correlationId', 'uri', 'instance', 'iamId', 'keyRing']);

const CRITICAL: ReadonlySet<string> = new Set(['kms.secrets.delete', 'kms.registrations.delete']);
const WARNING: ReadonlySet<string> = new Set([
  'kms.secrets.rotate',
  'kms.secrets.restore',
  'kms.secrets.enable',
  'kms.secrets.disable',
  'kms.secrets.setkeyfordeletion',
  'kms.secrets.unsetkeyfordeletion',
  'kms.policies.write',
  'kms.instance-policies.write',
]);
const CRITICAL_STATUSES: ReadonlySet<number> = new Set([401, 403, 503, 507]);
const WARNING_STATUSES: ReadonlySet<number> = new Set([400, 409, 424, 502, 504, 505]);

/**
 * An act as an event of DMTF DSP0262 (CADF), in the form that IBM's activity tracking gives it. What was erased, or the
 * log does not say, is left out.
 */
export function cadfOf(act: ExportedAct, context: ExportContext): object {
  const { details, key, keyVersion } = act;
  const { request = {}, result = {} } = details;
  const action = ibmActionOf(act.action, request['event']);
  const { kind, message } = wordsOf(action);
  const status = statusOf(act, action, context);
  const instance = instanceOf(act, context);
  const { iamId, correlationId, uri, keyRing } = request;
  return {
    typeURI: 'http://schemas.dmtf.org/cloud/audit/1.0/event',
    eventType: 'activity',
    id: act.id,
    eventTime: new Date(act.time).toISOString().replace('Z', '+00:00'),
    action,
    outcome: act.outcome === 'done' ? 'success' : 'failure',
    message: act.outcome === 'done' ? message : `${message} -failure`,
    severity: severityOf(action, status),
    initiator: {
      id: iamId ?? act.principal,
      name: nameOf(act.principal),
      typeURI: typeUriOf(act.principal),
      ...(details.address !== undefined && {
        host: { address: details.address, ...(details.userAgent !== undefined && { agent: details.userAgent }) },
      }),
      ...(details.credential !== undefined && {
        credential: { type: details.protocol === 'aws-kms' ? 'signature' : 'token', id: details.credential },
      }),
    },
    target: {
      id: targetIdOf(act, instance),
      name: key ?? placeOf(details.resource)?.resource ?? '',
      typeURI: kind,
    },
    observer: { id: 'target', name: 'Keystead', typeURI: 'service/security/keystead' },
    reason: {
      reasonCode: status,
      reasonType: STATUS_TEXTS[status] ?? String(status),
      ...(act.reason !== undefined && { reasonForFailure: reasonOf(act) }),
    },
    requestData: {
      ...(uri !== undefined && { requestURI: uri }),
      ...(instance !== undefined && { instanceID: instance.instanceId }),
      ...(keyRing !== undefined && { keyRingId: keyRing }),
      ...withoutNames(request, ELSEWHERE),
    },
    responseData: { ...(keyVersion !== undefined && { keyVersionId: keyVersion }), ...result },
    correlationId: correlationId ?? act.request,
    ...(instance !== undefined && { logSourceCRN: instanceCrn(instance) }),
  };
}

/** The kind of what an action is about, and the action in words. */
function wordsOf(action: string): { readonly kind: string; readonly message: string } {
  const [, things, verb] = /^kms\.(.+)\.([\w-]+)$/.exec(action) ?? [];
  if (things === undefined) return { kind: 'keystead', message: `Keystead: ${action.replace(/^keystead\./, '')}` };
  return { kind: `kms/${things}`, message: `Key Protect: ${verb} ${NOUNS[things] ?? things}` };
}

const NOUNS: Readonly<Record<string, string>> = {
  secrets: 'secret',
  'secrets-alias': 'alias',
  'secrets-event': 'event',
  'secrets-key-versions': 'key versions',
  'secrets-metadata': 'secret metadata',
  'secrets-with-policy-overrides': 'secret with policy overrides',
  'key-rings': 'key ring',
  policies: 'policies',
  'instance-policies': 'instance policies',
  'import-token': 'import token',
  registrations: 'registration',
};

function severityOf(action: string, status: number): 'normal' | 'warning' | 'critical' {
  if (CRITICAL.has(action) || CRITICAL_STATUSES.has(status)) return 'critical';
  return WARNING.has(action) || WARNING_STATUSES.has(status) ? 'warning' : 'normal';
}

function statusOf(
  { outcome, reason = 'internal', details }: ExportedAct,
  action: string,
  { statusOf: ofRefusal }: ExportContext,
): number {
  return outcome === 'done' ? statusOfDone(action, details.protocol) : ofRefusal(reason);
}

/** The instance that an act was in, as far as entry and directory tell. */
function instanceOf({ log, details }: ExportedAct, context: ExportContext) {
  const place = placeOf(details.resource);
  const region = place?.region === undefined || place.region === '' ? details.region : place.region;
  const named = details.request?.['instance'];
  const own = context.accountOf(log);
  // What somebody did with another tenant's key is in the log of both: it is of the key's account in either.
  const accountId = place?.accountId || own;
  const instanceOfLog = own === accountId && region !== undefined ? context.instanceOf(log, region) : undefined;
  const instanceId = typeof named === 'string' ? named : instanceOfLog;
  if (region === undefined || instanceId === undefined || accountId === undefined) return undefined;
  return { region, instanceId, accountId };
}

function targetIdOf({ key, details }: ExportedAct, instance: ReturnType<typeof instanceOf>): string {
  if (instance === undefined) return details.resource ?? key ?? '';
  return key === undefined ? instanceCrn(instance) : crnOf(instance, 'key', key.replace(/@.*$/s, ''));
}

function typeUriOf(principal: string): string {
  if (principal.includes(':user/')) return 'service/security/account/user';
  return principal.includes(':root') ? 'service/security/account' : 'service/security/account/serviceid';
}

function nameOf(principal: string): string {
  const resource = placeOf(principal)?.resource ?? principal;
  return resource.replace(/^(?:user|assumed-role|service|xks-endpoint)\//, '');
}

function reasonOf({ reason, details }: ExportedAct): string {
  return details.refusal === undefined ? `${reason}` : `${reason}: ${details.refusal}`;
}

function withoutNames(members: Members, names: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.has(name)));
}
