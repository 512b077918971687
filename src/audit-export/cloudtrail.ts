import type { ExportedAct } from './act.ts';
import { placeOf, type ExportContext } from './context.ts';
import { awsNameOf, isReadOnly } from './names-of-acts.ts';

/** What of IBM's requests has another place in a record, or none. */
const NOT_PARAMETERS: ReadonlySet<string> = new Set(['event', 'correlationId', 'uri', 'iamId']);

/**
 * An act as a record of AWS CloudTrail
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html). What was
 * erased, or the log does not say, is left out or null.
 */
export function cloudTrailOf(act: ExportedAct, context: ExportContext): object {
  const { details, outcome, log } = act;
  const { service, operation } = awsNameOf(act.action);
  const readOnly = isReadOnly(operation);
  const place = placeOf(details.resource);
  const region = place?.region === undefined || place.region === '' ? details.region : place.region;
  const recipient = context.accountOf(log);
  const resources = resourcesOf(act);
  return {
    eventVersion: '1.11',
    userIdentity: identityOf(act),
    eventTime: new Date(act.time).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    eventSource: service === 'kms' || service === 'sts' ? `${service}.amazonaws.com` : 'keystead',
    eventName: operation,
    ...(region !== undefined && { awsRegion: region }),
    sourceIPAddress: details.address ?? (isOwn(act) ? 'keystead' : null),
    userAgent: details.userAgent ?? null,
    ...(outcome !== 'done' && {
      errorCode: context.awsCodeOf(act.reason ?? 'internal'),
      ...(details.refusal !== undefined && { errorMessage: details.refusal }),
    }),
    requestParameters: parametersOf(act),
    responseElements: readOnly || outcome !== 'done' ? null : (details.result ?? null),
    additionalEventData: {
      ...(details.protocol !== undefined && { protocol: details.protocol }),
      ...(act.keyVersion !== undefined && { keyVersion: act.keyVersion }),
      ...(details.request?.['correlationId'] !== undefined && { correlationId: details.request['correlationId'] }),
    },
    requestID: act.request,
    eventID: act.id,
    readOnly,
    ...(resources.length > 0 && { resources }),
    eventType: isOwn(act) ? 'AwsServiceEvent' : 'AwsApiCall',
    managementEvent: true,
    ...(recipient !== undefined && { recipientAccountId: recipient }),
    eventCategory: 'Management',
  };
}

/** Whether the server acted by itself: the clock, and not a request. */
function isOwn({ principal }: ExportedAct): boolean {
  return principal === 'keystead';
}

function resourcesOf({ entries }: ExportedAct): object[] {
  const arns = new Set(entries.flatMap(({ details }) => details.resource ?? []));
  return [...arns].flatMap((arn) => {
    const place = placeOf(arn);
    if (place === undefined) return [];
    const type = TYPES.find(([prefix]) => place.resource.startsWith(prefix))?.[1];
    return [{ ...(place.accountId !== '' && { accountId: place.accountId }), ...(type && { type }), ARN: arn }];
  });
}

const TYPES: readonly (readonly [prefix: string, type: string])[] = [
  ['key/', 'AWS::KMS::Key'],
  ['alias/', 'AWS::KMS::Alias'],
  ['role/', 'AWS::IAM::Role'],
];

function parametersOf({ key, details }: ExportedAct): object | null {
  const { request = {} } = details;
  const told = Object.entries(request).filter(([name]) => !NOT_PARAMETERS.has(name));
  if (key === undefined && told.length === 0) return null;
  return { ...(key !== undefined && { keyId: details.resource ?? key }), ...Object.fromEntries(told) };
}

const SESSION = /^assumed-role\/(?<role>[^/]+)\/(?<session>.+)$/s;

function identityOf({ principal, details }: ExportedAct): object {
  const place = placeOf(principal);
  if (place === undefined) return { type: 'AWSService', invokedBy: principal };
  const { accountId, resource } = place;
  const common = {
    arn: principal,
    accountId,
    ...(details.credential !== undefined && { accessKeyId: details.credential }),
  };
  if (resource === 'root') return { type: 'Root', principalId: accountId, ...common };
  if (resource.startsWith('user/')) return { type: 'IAMUser', ...common, userName: resource.slice('user/'.length) };
  const { role } = SESSION.exec(resource)?.groups ?? {};
  if (role === undefined) return { type: 'Unknown', ...common };
  const sessionIssuer = { type: 'Role', arn: `arn:aws:iam::${accountId}:role/${role}`, accountId, userName: role };
  return { type: 'AssumedRole', ...common, sessionContext: { sessionIssuer } };
}
