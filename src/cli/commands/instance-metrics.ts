import type { InstanceGauge, InstanceMetrics } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import type { Column } from '../output.ts';
import { REGION } from './key.ts';
import { regionOf } from './place.ts';

const COLUMNS: readonly Column<InstanceGauge>[] = [
  ['REQUEST', ({ api }) => api],
  ['STATUS', ({ responseCode }) => responseCode],
  ['COUNT', ({ requests }) => requests],
  ['MILLISECONDS', ({ latencyMs }) => latencyMs.toFixed(1)],
];

/** What the policy `metrics` of an instance has counted. */
export const INSTANCE_METRICS_COMMANDS: readonly CliCommand[] = [
  {
    path: 'instance metrics',
    summary:
      'Tells how many requests of IBM Key Protect an instance had in the last whole minute, and how long they took',
    reach: 'remote',
    options: [['--prometheus', 'in the text format of Prometheus, under the names that IBM has for them'], ...REGION],
    examples: ['instance metrics', 'instance metrics --region eu-de --prometheus'],
    async run(session) {
      const { given, output } = session;
      const api = session.client();
      const metrics = await api.getInstanceMetrics(await regionOf(session, api));
      if (!metrics.enabled)
        output.warn('Nothing is counted: "keystead instance policy set --metrics yes" has it counted.');
      if (given.flag('prometheus')) return output.text(prometheusText(metrics), metrics);
      if (output.isJson) return output.item(metrics);
      output.rows(metrics.gauges, COLUMNS, 'no requests in the last whole minute');
    },
  },
];

/** https://cloud.ibm.com/docs/key-protect?topic=key-protect-operational-metrics */
const GAUGES: readonly (readonly [name: string, help: string, value: (gauge: InstanceGauge) => number])[] = [
  ['ibm_kms_api_request_gauge', 'Requests in a minute.', ({ requests }) => requests],
  ['ibm_kms_api_latency_gauge', 'Milliseconds to the answer, on average.', ({ latencyMs }) => latencyMs],
];

/** Gauges in the text format of Prometheus. Values of labels are names and numbers of ours: none needs escaping. */
export function prometheusText({ region, instanceId, gauges }: InstanceMetrics): string {
  const place = `ibm_service_name="kms",ibm_resource_type="instance",ibm_location="${region}",ibm_service_instance="${instanceId}"`;
  return GAUGES.flatMap(([name, help, value]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...gauges.map((gauge) => {
      const labels = `${place},ibm_kms_api="${gauge.api}",ibm_kms_response_code="${gauge.responseCode}"`;
      return `${name}{${labels}} ${value(gauge)}`;
    }),
  ])
    .join('\n')
    .concat('\n');
}
