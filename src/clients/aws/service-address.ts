/** A region's name: `eu-central-1`, `us-gov-west-1`, `cn-north-1`. */
const REGION = String.raw`[a-z]{2}(?:-[a-z]+)+-\d{1,2}`;
const CHINA = String.raw`cn(?:-[a-z]+)+-\d{1,2}`;

/**
 * The hosts at which AWS itself answers for the services that are called here: regional ones, those with FIPS-validated
 * encryption (GovCloud's among them), dual-stack ones, China's, and the two global ones of old. Nothing may stand before
 * such a name: `*.compute.amazonaws.com`, `*.execute-api.<region>.amazonaws.com` and the endpoints in a VPC
 * (`vpce-*.kms.<region>.vpce.amazonaws.com`) lead to what customers have put there.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/kms.html
 * @see https://docs.aws.amazon.com/general/latest/gr/sts.html
 * @see https://docs.aws.amazon.com/general/latest/gr/s3.html
 */
const HOSTS: readonly RegExp[] = [
  '(?:s3|sts)\\.amazonaws\\.com',
  `(?:kms|sts|s3)(?:-fips)?\\.(?!cn-)${REGION}\\.amazonaws\\.com`,
  `(?:kms|sts)(?:-fips)?\\.(?!cn-)${REGION}\\.api\\.aws`,
  `s3(?:-fips)?\\.dualstack\\.(?!cn-)${REGION}\\.amazonaws\\.com`,
  `(?:kms|sts|s3|s3\\.dualstack)\\.${CHINA}\\.amazonaws\\.com\\.cn`,
  `(?:kms|sts)\\.${CHINA}\\.api\\.amazonwebservices\\.com\\.cn`,
].map((host) => new RegExp(`^${host}$`));

/** Whether AWS itself answers there, for KMS, STS or S3: by https, at its own port, and nobody in between. */
export function isAwsServiceAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  // `host` is without a port only where that is 443.
  return protocol === 'https:' && username === '' && password === '' && HOSTS.some((pattern) => pattern.test(host));
}
