import { webhookPoster, type PostWebhook } from '../clients/webhook/post.ts';
import { signedWebhook } from '../clients/webhook/sign.ts';
import { EgressGuard, type EgressPolicy } from '../clients/egress.ts';
import type { Directory } from '../identity/directory.ts';
import { openEventSecrets, wipeAll } from '../identity/service-events.ts';
import type { Clock } from '../keys/ports.ts';
import type { EventSender } from '../pipeline/send-events.ts';
import { lifecycleMessage } from '../protocols/key-protect/lifecycle-message.ts';

/** Sends events to where their service wants to be told, signed with its secrets. */
export function webhookSender(
  directory: Directory,
  egress: EgressPolicy,
  clock: Clock,
  post: PostWebhook = webhookPoster(new EgressGuard(egress)),
): EventSender {
  return {
    async send(event, instance) {
      const found = await directory.serviceNamed(event.service);
      if (found?.service.state !== 'active') return { failure: 'service-suspended' };
      const { tenant, service } = found;
      const { events } = service;
      if (events === undefined) return { failure: 'no-url' };
      const secrets = openEventSecrets(tenant, { ...service, events }, clock());
      try {
        const message = { id: event.id, body: lifecycleMessage(event, instance) };
        return await post(events.url, signedWebhook(message, secrets, clock()), message.body);
      } finally {
        wipeAll(secrets);
      }
    },
  };
}
