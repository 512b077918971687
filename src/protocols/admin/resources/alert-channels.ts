import { randomBytes } from 'node:crypto';
import Type from 'typebox';
import { EgressRefusedError } from '../../../clients/egress.ts';
import { WEBHOOK_SECRET_PREFIX } from '../../../clients/webhook/sign.ts';
import { uuid } from '../../../crypto/uuid.ts';
import type { Tenant } from '../../../identity/tenant.ts';
import type { RecordReader } from '../../../records/ports.ts';
import { alertFor, ALERT_KINDS, type AlertKind } from '../../../vault/alerts/alert.ts';
import { putAlert, readAlert } from '../../../vault/alerts/alert-record.ts';
import {
  channelName,
  channelRef,
  putChannel,
  readChannel,
  removeChannel,
} from '../../../vault/alerts/channel-record.ts';
import {
  isEmailAddress,
  wrapChannelSecret,
  type AlertChannel,
  type ChannelPlace,
} from '../../../vault/alerts/channel.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { runId } from '../../../vault/runs/run.ts';
import { RequestError } from '../errors.ts';
import { channelArn, showAlert } from '../vault/alert-answer.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, DISPLAY_NAME, named, PAGE, pageFrom, paged, pageOf, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { refusing } from '../vault/refusals.ts';

const KINDS = (Object.keys(ALERT_KINDS) as AlertKind[]).filter((kind) => kind !== 'test');
const SECRET_BYTES = 32;
const MAX_CHANNELS = 50;
const PARAMS = closed({ channelId: UUID });
const EXAMPLE = { channelId: '5d1c2b3a-4e5f-4a6b-8c7d-9e0f1a2b3c4d' };

const CHANNEL = named('AlertChannel', {
  channelId: UUID,
  label: Type.String(),
  webhookUrl: Type.Optional(Type.String()),
  emailRecipients: Type.Optional(Type.Array(Type.String())),
  kinds: Type.Array(Type.String(), { description: 'what it is told of' }),
  environmentIds: Type.Optional(Type.Array(UUID, { description: 'absent: all environments of the tenant' })),
  createdAt: TIMESTAMP,
});

const ALERT = named('Alert', {
  alertId: UUID,
  channelId: UUID,
  kind: Type.String(),
  environmentId: Type.Optional(UUID),
  runId: Type.Optional(UUID),
  at: TIMESTAMP,
  state: Type.Enum(['waiting', 'delivered', 'abandoned']),
  attempts: Type.Integer({ minimum: 0 }),
  failure: Type.Optional(Type.String({ description: 'why the last attempt came to nothing' })),
  nextAttemptAt: Type.Optional(TIMESTAMP),
});

interface Made {
  readonly channel: AlertChannel;
  readonly secret?: Buffer;
}

const createAlertChannel = adminRoute({
  id: 'createAlertChannel',
  method: 'POST',
  path: '/alert-channels',
  action: 'keystead:CreateAlertChannel',
  summary: 'Has somebody told of what becomes of backups, by webhook or by e-mail: counts and links, never data',
  status: 201,
  body: closed({
    label: DISPLAY_NAME,
    webhookUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
    emailRecipients: Type.Optional(
      Type.Array(Type.String({ minLength: 3, maxLength: 254 }), { minItems: 1, maxItems: 20, uniqueItems: true }),
    ),
    kinds: Type.Optional(Type.Array(Type.Enum(KINDS), { minItems: 1, uniqueItems: true })),
    environmentIds: Type.Optional(Type.Array(UUID, { minItems: 1, maxItems: 100, uniqueItems: true })),
  }),
  answer: named('CreatedAlertChannel', {
    channel: CHANNEL,
    webhookSecret: Type.Optional(
      Type.String({ description: 'verifies what is sent (Standard Webhooks); shown this once' }),
    ),
  }),
  example: {
    body: { label: 'on call', emailRecipients: ['oncall@example.com'], kinds: ['run-failed', 'key-unavailable'] },
  },
  prepare: (context, { body }) => {
    const { tenant } = context.proof;
    const { records, random } = context.services;
    return {
      targets: [{ action: 'keystead:CreateAlertChannel', resource: channelArn(tenant, '*') }],
      details: { label: body.label },
      run: (nowMs) =>
        refusing(async () => {
          const { webhookUrl, emailRecipients, label, kinds, environmentIds } = body;
          if ((await records.resolve(channelName(tenant.tenantId, label))) !== undefined) {
            throw new EnvironmentError('channel-exists', `There is a channel ${label} already. Choose another label`);
          }
          const id = uuid(random);
          const { place, secret } = placeFrom(context, id, webhookUrl, emailRecipients);
          const channel: AlertChannel = {
            tenantId: tenant.tenantId,
            id,
            revision: 1,
            label,
            place,
            ...(kinds && { kinds }),
            ...(environmentIds && { environmentIds }),
            createdAtMs: nowMs,
          };
          const room = { tenantId: tenant.tenantId, kind: 'alert-channel', scope: '', below: MAX_CHANNELS } as const;
          const refusal = new RequestError(TOO_MANY);
          return {
            value: { channel, ...(secret && { secret }) },
            writes: [putChannel(tenant.tenantKey, channel)],
            rooms: [{ room, refusal }],
            result: { channel: id },
          };
        }),
    };
  },
  show: ({ channel, secret }: Made) => ({
    channel: showChannel(channel),
    ...(secret && { webhookSecret: WEBHOOK_SECRET_PREFIX + secret.toString('base64') }),
  }),
});

const listAlertChannels = adminRoute({
  id: 'listAlertChannels',
  method: 'GET',
  path: '/alert-channels',
  action: 'keystead:ListAlertChannels',
  summary: 'Lists whom the own tenant has told of what becomes of its backups',
  status: 200,
  query: PAGE,
  answer: pageOf(CHANNEL),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListAlertChannels', resource: channelArn(tenant, '*') }],
    run: () =>
      refusing(async () => {
        const rows = await records.list(tenant.tenantId, 'alert-channel', '', pageFrom(query));
        const items = rows.map((row) => showChannel(readChannel(tenant.tenantKey, row)));
        return { value: paged(rows, query, items) };
      }),
  }),
  show: (page: { items: ReturnType<typeof showChannel>[]; next?: string }) => page,
});

const deleteAlertChannel = adminRoute({
  id: 'deleteAlertChannel',
  method: 'POST',
  path: '/alert-channels/{channelId}/delete',
  action: 'keystead:DeleteAlertChannel',
  summary: 'Has nobody told by a channel any more; what waits for it is not sent',
  status: 200,
  params: PARAMS,
  answer: CHANNEL,
  example: { params: EXAMPLE },
  prepare: ({ services: { records }, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:DeleteAlertChannel', resource: channelArn(tenant, params.channelId) }],
    run: () =>
      refusing(async () => {
        const channel = await requireChannel(records, tenant, params.channelId);
        return { value: channel, writes: [removeChannel(channel)] };
      }),
  }),
  show: showChannel,
});

const testAlertChannel = adminRoute({
  id: 'testAlertChannel',
  method: 'POST',
  path: '/alert-channels/{channelId}/test',
  action: 'keystead:TestAlertChannel',
  summary: 'Sends a test by a channel, the way in which all alerts go; its delivery shows in the list of alerts',
  status: 201,
  params: PARAMS,
  answer: ALERT,
  example: { params: EXAMPLE },
  prepare: ({ services: { records, random }, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:TestAlertChannel', resource: channelArn(tenant, params.channelId) }],
    run: (nowMs) =>
      refusing(async () => {
        const { id: channelId } = await requireChannel(records, tenant, params.channelId);
        const { tenantId } = tenant;
        const alert = alertFor({ tenantId, id: runId(nowMs, random), channelId, facts: { kind: 'test' } }, nowMs);
        return { value: alert, writes: [putAlert(tenant.tenantKey, undefined, alert)] };
      }),
  }),
  show: showAlert,
});

const listAlerts = adminRoute({
  id: 'listAlerts',
  method: 'GET',
  path: '/alerts',
  action: 'keystead:ListAlerts',
  summary: 'Lists the alerts of the last 30 days: what was told, to whom, and whether it arrived',
  status: 200,
  query: PAGE,
  answer: pageOf(ALERT),
  example: { query: { limit: 10 } },
  prepare: ({ services: { records }, proof: { tenant } }, { query }) => ({
    targets: [{ action: 'keystead:ListAlerts', resource: channelArn(tenant, '*') }],
    run: () =>
      refusing(async () => {
        const rows = await records.list(tenant.tenantId, 'alert', '', pageFrom(query));
        return {
          value: paged(
            rows,
            query,
            rows.map((row) => showAlert(readAlert(tenant.tenantKey, row))),
          ),
        };
      }),
  }),
  show: (page: { items: ReturnType<typeof showAlert>[]; next?: string }) => page,
});

const getAlert = adminRoute({
  id: 'getAlert',
  method: 'GET',
  path: '/alerts/{alertId}',
  action: 'keystead:GetAlert',
  summary: 'Shows an alert, and how far its delivery has come',
  status: 200,
  params: closed({ alertId: UUID }),
  answer: ALERT,
  example: { params: { alertId: EXAMPLE.channelId } },
  prepare: ({ services: { records }, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:GetAlert', resource: channelArn(tenant, '*') }],
    run: () =>
      refusing(async () => {
        const record = await records.read({ tenantId: tenant.tenantId, kind: 'alert', id: params.alertId });
        if (record !== undefined) return { value: readAlert(tenant.tenantKey, record) };
        throw new EnvironmentError(
          'alert-not-found',
          `Your tenant has no alert ${params.alertId}: they are kept for 30 days`,
        );
      }),
  }),
  show: showAlert,
});

/** Every endpoint of alerts. */
export const ALERT_ROUTES = [
  createAlertChannel,
  listAlertChannels,
  deleteAlertChannel,
  testAlertChannel,
  listAlerts,
  getAlert,
];

const TOO_MANY = {
  status: 409,
  code: 'too-many-channels',
  message: `a tenant has at most ${MAX_CHANNELS} alert channels`,
  action: 'Delete one that nobody needs any more.',
};

async function requireChannel(records: RecordReader, tenant: Tenant, id: string): Promise<AlertChannel> {
  const record = await records.read(channelRef(tenant.tenantId, id));
  if (record !== undefined) return readChannel(tenant.tenantKey, record);
  throw new EnvironmentError('channel-not-found', `Your tenant has no alert channel ${id}. List them to see their ids`);
}

/** Where a channel leads, as far as that can be said without sending anything. @throws {EnvironmentError} `channel-malformed` */
function placeFrom(
  context: AdminContext,
  id: string,
  url: string | undefined,
  recipients: readonly string[] | undefined,
): { readonly place: ChannelPlace; readonly secret?: Buffer } {
  if ((url === undefined) === (recipients === undefined)) {
    throw new EnvironmentError(
      'channel-malformed',
      'A channel is a webhook or e-mail: give webhookUrl or emailRecipients',
    );
  }
  if (recipients !== undefined) {
    const wrong = recipients.filter((text) => !isEmailAddress(text));
    if (wrong.length === 0) return { place: { kind: 'email', recipients } };
    throw new EnvironmentError(
      'channel-malformed',
      `${wrong.map((text) => JSON.stringify(text)).join(', ')} is not an address like oncall@example.com`,
    );
  }
  try {
    const { egress } = context.services.vault;
    egress.check(url as string, egress.reachForTenant(url as string));
  } catch (error) {
    if (!(error instanceof EgressRefusedError)) throw error;
    throw new EnvironmentError('channel-malformed', error.message);
  }
  const secret = randomBytes(SECRET_BYTES);
  context.wipeLater(secret);
  const wrapped = wrapChannelSecret(context.proof.tenant.tenantKey, id, secret, context.services.random);
  return { place: { kind: 'webhook', url: url as string, secret: wrapped }, secret };
}

function showChannel({ id, label, place, kinds = KINDS, environmentIds, createdAtMs }: AlertChannel) {
  return {
    channelId: id,
    label,
    ...(place.kind === 'webhook' ? { webhookUrl: place.url } : { emailRecipients: [...place.recipients] }),
    kinds: [...kinds],
    ...(environmentIds && { environmentIds: [...environmentIds] }),
    createdAt: timestamp(createdAtMs),
  };
}
