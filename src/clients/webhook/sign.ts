import { createHmac } from 'node:crypto';

/** How a signing secret is written: https://www.standardwebhooks.com, "Signature scheme", symmetric. */
export const WEBHOOK_SECRET_PREFIX = 'whsec_';

/** A message before it is signed. */
export interface WebhookMessage {
  /** Unique; the same when the same message is sent again. No full stop in it. */
  readonly id: string;
  /** JSON. */
  readonly body: Buffer;
}

/**
 * The headers of a message of Standard Webhooks, with one signature for each secret: where there are two, a receiver
 * may know either.
 *
 * @param secrets raw bytes, never empty
 * @param nowMs when it is sent: receivers refuse what is old
 */
export function signedWebhook(
  { id, body }: WebhookMessage,
  secrets: readonly Uint8Array[],
  nowMs: number,
): Record<string, string> {
  if (secrets.length === 0) throw new TypeError('a webhook is signed');
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64');
    return `v1,${mac}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
