import { expect, it } from 'vitest';
import { prometheusText } from './commands/instance-metrics.ts';

it('gauges are told as Prometheus reads them', () => {
  const since = '2027-01-15T08:00:00.000Z';
  const gauge = { api: 'kms.secrets.wrap', responseCode: 200, requests: 7, latencyMs: 1.25 };
  const metrics = { region: 'eu-de', instanceId: 'i-1', enabled: true, since, gauges: [gauge] };
  const labels =
    'ibm_service_name="kms",ibm_resource_type="instance",ibm_location="eu-de",ibm_service_instance="i-1",ibm_kms_api="kms.secrets.wrap",ibm_kms_response_code="200"';
  expect(prometheusText(metrics).split('\n')).toEqual([
    '# HELP ibm_kms_api_request_gauge Requests in a minute.',
    '# TYPE ibm_kms_api_request_gauge gauge',
    `ibm_kms_api_request_gauge{${labels}} 7`,
    '# HELP ibm_kms_api_latency_gauge Milliseconds to the answer, on average.',
    '# TYPE ibm_kms_api_latency_gauge gauge',
    `ibm_kms_api_latency_gauge{${labels}} 1.25`,
    '',
  ]);
});
