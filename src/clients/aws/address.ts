/** A word that may stand in a host name. */
const REGION = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const AWS_HOST = /(?:^|\.)amazonaws\.com(?:\.cn)?$/;

/**
 * Where AWS's own service of a region answers: `https://kms.eu-central-1.amazonaws.com`. Undefined: the region cannot be
 * one.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
 */
export function awsAddress(service: 's3' | 'sts' | 'kms', region: string): string | undefined {
  if (!REGION.test(region)) return undefined;
  return `https://${service}.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

/** Whether an address is one of AWS's own: regional, FIPS, or within somebody's network (VPC endpoints). */
export function isAwsAddress(address: string): boolean {
  return URL.canParse(address) && AWS_HOST.test(new URL(address).hostname);
}
