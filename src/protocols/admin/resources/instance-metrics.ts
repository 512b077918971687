import Type, { type Static } from 'typebox';
import type { Instance } from '../../../identity/tenant.ts';
import type { MeteredMinute } from '../../../pipeline/request-meter.ts';
import { requireRegion } from '../find.ts';
import { instanceTarget } from '../instance-target.ts';
import { adminRoute } from '../route.ts';
import { closed, named, REGION_NAME, TIMESTAMP } from '../schema.ts';

const METRICS = named('InstanceMetrics', {
  region: REGION_NAME,
  instanceId: Type.String(),
  enabled: Type.Boolean({ description: 'whether the policy `metrics` has requests counted' }),
  since: TIMESTAMP,
  gauges: Type.Array(
    named('InstanceGauge', {
      api: Type.String({ description: 'what was asked for, as activity events of IBM name it: kms.secrets.wrap' }),
      responseCode: Type.Integer(),
      requests: Type.Integer(),
      latencyMs: Type.Number({ description: 'on average' }),
    }),
    { description: 'of the minute that began then, as this server saw it' },
  ),
});

interface Shown {
  readonly instance: Instance;
  readonly isEnabled: boolean;
  readonly minute: MeteredMinute;
}

export const getInstanceMetrics = adminRoute({
  id: 'getInstanceMetrics',
  method: 'GET',
  path: '/regions/{region}/metrics',
  action: 'kms:GetInstancePolicies',
  summary:
    'Tells how many requests of IBM Key Protect an instance had in the last whole minute, and how long they took',
  status: 200,
  params: closed({ region: REGION_NAME }),
  answer: METRICS,
  example: { params: { region: 'us-east-1' } },
  prepare: async (context, { params: { region } }) => ({
    targets: [await instanceTarget(context, 'kms:GetInstancePolicies', region)],
    run: async (nowMs) => {
      const { keys, meter } = context.services;
      const instance = await requireRegion(context, region);
      const { metrics } = await keys.instancePolicies.find(instance);
      const isEnabled = metrics?.isEnabled === true;
      return { value: { instance, isEnabled, minute: meter.lastMinute(instance.instanceId, nowMs) } };
    },
  }),
  show,
});

function show({ instance, isEnabled, minute: { sinceMs, gauges } }: Shown): Static<typeof METRICS> {
  return {
    region: instance.region,
    instanceId: instance.instanceId,
    enabled: isEnabled,
    since: new Date(sinceMs).toISOString(),
    gauges: gauges.map(({ api, status, requests, latencyMs }) => ({ api, responseCode: status, requests, latencyMs })),
  };
}
