import type { Act } from '../../../pipeline/act.ts';
import { HEALTH_ACTION } from '../find-endpoint.ts';
import type { Members } from '../members.ts';
import { detailsOf, type XksAnswer, type XksContext } from '../operation.ts';
import { readRequestMetadata } from '../request-metadata.ts';

/**
 * GetHealthStatus. The answer comes once its audit entry is durable, so it shows that keys could be used: sealed or
 * without its store, Keystead answers no request.
 */
export function health(context: XksContext, members: Members): Act<XksAnswer> {
  const metadata = readRequestMetadata(members, ['kmsRequestId', 'kmsOperation']);
  members.end();
  const { installationId, version, isReady, found } = context;
  const model = `Keystead ${version}`;
  return {
    targets: [{ action: HEALTH_ACTION, resource: found.principal.arn }],
    details: detailsOf(context, metadata),
    run: () => ({
      value: {
        xksProxyFleetSize: 1,
        xksProxyVendor: 'Keystead',
        xksProxyModel: model,
        ekmVendor: 'Keystead',
        ekmFleetDetails: [{ id: installationId, model, healthStatus: isReady() ? 'ACTIVE' : 'UNAVAILABLE' }],
      },
    }),
  };
}
