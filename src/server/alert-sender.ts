import { createTransport } from 'nodemailer';
import { wipe } from '../bytes/bytes.ts';
import { EgressGuard, type EgressPolicy } from '../clients/egress.ts';
import { webhookPoster } from '../clients/webhook/post.ts';
import { signedWebhook } from '../clients/webhook/sign.ts';
import type { MailServer } from '../config/mail.ts';
import type { Tenant } from '../identity/tenant.ts';
import type { AlertSender } from '../jobs/send-alerts.ts';
import type { Clock } from '../keys/ports.ts';
import type { NotTaken } from '../records/delivery.ts';
import { alertMessage } from '../vault/alerts/alert-message.ts';
import type { Alert } from '../vault/alerts/alert.ts';
import { isEmailAddress, openChannelSecret, type AlertChannel, type ChannelPlace } from '../vault/alerts/channel.ts';

export interface AlertSettings {
  readonly egress: EgressPolicy;
  /** The operator's mail server; absent: no mail is sent. */
  readonly mail?: MailServer;
  /** Where people reach this server, for links. */
  readonly publicUrl?: string;
}

type Send<Kind extends ChannelPlace['kind']> = (
  tenant: Tenant,
  channel: AlertChannel & { readonly place: Extract<ChannelPlace, { kind: Kind }> },
  alert: Alert,
) => Promise<NotTaken | undefined>;

/** Sends alerts by webhook, signed, and by the operator's mail server. */
export function alertSender({ egress, mail, publicUrl }: AlertSettings, clock: Clock): AlertSender {
  const post = webhookPoster(new EgressGuard(egress), {
    // A tenant says where to: this machine only where the operator names it as one that may be called.
    isThisMachineAllowed: (host) => egress.allowedHosts?.includes(host) === true,
  });
  const transport = mail && mailTransport(mail);
  const senders: { readonly [Kind in ChannelPlace['kind']]: Send<Kind> } = {
    webhook: async ({ tenantKey }, { id, place }, alert) => {
      const secret = openChannelSecret(tenantKey, id, place.secret);
      try {
        const { body } = alertMessage(alert, publicUrl);
        return await post(place.url, signedWebhook({ id: alert.id, body }, [secret], clock()), body);
      } finally {
        wipe(secret);
      }
    },
    email: async (_tenant, { place }, alert) => {
      if (mail === undefined || transport === undefined) return { failure: 'no-mail-server' };
      if (!place.recipients.every(isEmailAddress)) return { failure: 'not-an-address' };
      const { subject, text } = alertMessage(alert, publicUrl);
      try {
        await transport.sendMail({
          from: mail.from,
          // Those who are told need not know of each other.
          to: mail.from,
          bcc: [...place.recipients],
          subject,
          text,
          // The same with each attempt: a mail that was sent twice is seen once.
          messageId: `<${alert.id}@${mail.from.slice(mail.from.indexOf('@') + 1)}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
          envelope: { from: mail.from, to: [...place.recipients] },
        });
        return undefined;
      } catch (error) {
        return { failure: mailFailure(error) };
      }
    },
  };
  return {
    send: (tenant, channel, alert) =>
      (senders[channel.place.kind] as Send<ChannelPlace['kind']>)(tenant, channel, alert),
  };
}

function mailTransport({ host, port, isImplicitTls, isPlain, user, password, ca }: MailServer) {
  return createTransport({
    host,
    port,
    secure: isImplicitTls,
    // Beyond this machine nothing is said in the open: RFC 3207, and no going on without it.
    requireTLS: !isImplicitTls && !isPlain,
    ignoreTLS: isPlain,
    tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password.toString('utf8') } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** A word for people and for entries: never what the other side said. */
function mailFailure(error: unknown): string {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  if (responseCode !== undefined) return `smtp-${responseCode}`;
  return { ETLS: 'tls', EAUTH: 'not-authenticated', ETIMEDOUT: 'timed-out' }[code ?? ''] ?? 'unreachable';
}
