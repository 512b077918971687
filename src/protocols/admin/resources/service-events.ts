import Type from 'typebox';
import { WEBHOOK_SECRET_PREFIX } from '../../../clients/webhook/sign.ts';
import { EgressRefusedError } from '../../../clients/egress.ts';
import { dropServiceEvents, setServiceEvents, type ServiceEventsSet } from '../../../identity/service-events.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named } from '../schema.ts';
import { requireService, SERVICE, SERVICE_EXAMPLE, SERVICE_PARAMS, showService } from './services.ts';

const SECRET = Type.String({
  description: 'signs messages; shown once: Standard Webhooks, https://www.standardwebhooks.com',
});
const TOLD = named('ServiceEvents', { service: SERVICE, secret: Type.Optional(SECRET) });

/** Sets where a service is told what becomes of the keys that it registered. */
export const setEvents = adminRoute({
  id: 'setServiceEvents',
  method: 'POST',
  path: '/services/{service}/events',
  action: 'installation:SetServiceEvents',
  summary:
    'Has a service told what becomes of the keys that it registered, by signed messages to an address; the secret is shown when it is made',
  status: 200,
  params: SERVICE_PARAMS,
  body: closed({
    url: Type.String({ minLength: 8, maxLength: 1_024, description: 'https://..., or http:// of this machine' }),
    newSecret: Type.Optional(
      Type.Boolean({ default: false, description: 'makes another secret; for 24 hours the one before signs as well' }),
    ),
  }),
  answer: TOLD,
  example: { params: SERVICE_EXAMPLE, body: { url: 'https://backup.example.com/key-events' } },
  prepare: async (context, { params, body }) => {
    const found = await context.services.directory.serviceNamed(params.service);
    const { url, newSecret: renew = false } = body;
    return {
      targets: [{ action: 'installation:SetServiceEvents', resource: '*' }],
      // The path of an address may be a secret of its own.
      details: { service: params.service, host: URL.canParse(url) ? new URL(url).host : '', newSecret: renew },
      run: (nowMs) => {
        const { tenant, service } = requireService(found, params.service);
        requireReachable(context, url);
        const set = setServiceEvents(tenant, service, { url, renew }, nowMs, context.services.random);
        context.wipeLater(set.secret);
        return { value: set, writes: [set.write] };
      },
    };
  },
  show: showTold,
});

/** Has a service told no more. */
export const stopEvents = adminRoute({
  id: 'stopServiceEvents',
  method: 'POST',
  path: '/services/{service}/stop-events',
  action: 'installation:SetServiceEvents',
  summary: 'Has a service told no more. What waits for it is kept for a week, in case it is given an address again',
  status: 200,
  params: SERVICE_PARAMS,
  answer: TOLD,
  example: { params: SERVICE_EXAMPLE },
  prepare: async (context, { params }) => {
    const found = await context.services.directory.serviceNamed(params.service);
    return {
      targets: [{ action: 'installation:SetServiceEvents', resource: '*' }],
      details: { service: params.service },
      run: () => {
        const { tenant, service } = requireService(found, params.service);
        const set = dropServiceEvents(tenant, service);
        return { value: set, writes: [set.write] };
      },
    };
  },
  show: showTold,
});

/** @throws {AdminRefusal} `address-refused` the address is none that this server calls */
function requireReachable({ services }: AdminContext, url: string): void {
  try {
    services.vault.egress.check(url);
  } catch (error) {
    if (error instanceof EgressRefusedError) throw new AdminRefusal('address-refused', error.message);
    throw error;
  }
}

function showTold({ service, secret }: ServiceEventsSet) {
  return {
    service: showService(service),
    ...(secret && { secret: `${WEBHOOK_SECRET_PREFIX}${secret.toString('base64')}` }),
  };
}
