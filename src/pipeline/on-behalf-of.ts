import type { Call } from './call.ts';

/**
 * For whom a service says that it acts, for `aws:SourceArn` and `aws:SourceAccount`. `header` reads a header that is
 * under the signature, as all that begin with `x-amz-` are. What others than services say there is not to be read.
 */
export function onBehalfOf(header: (lowerCaseName: string) => string | undefined): Pick<Call, 'onBehalfOf'> {
  const arn = header('x-amz-source-arn');
  const account = header('x-amz-source-account');
  return { onBehalfOf: { ...(arn !== undefined && { arn }), ...(account !== undefined && { account }) } };
}
