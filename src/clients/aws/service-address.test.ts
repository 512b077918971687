import { describe, expect, it } from 'vitest';
import { awsAddress } from './address.ts';
import { isAwsServiceAddress } from './service-address.ts';

describe('the addresses of AWS itself', () => {
  it.each([
    'https://kms.eu-central-1.amazonaws.com',
    'https://kms-fips.us-east-1.amazonaws.com/',
    'https://KMS.eu-central-1.AMAZONAWS.com:443',
    'https://kms.us-east-1.api.aws',
    'https://kms-fips.us-gov-west-1.api.aws',
    'https://sts.amazonaws.com',
    'https://sts.us-gov-east-1.amazonaws.com',
    'https://sts-fips.us-west-2.amazonaws.com',
    'https://s3.ap-southeast-5.amazonaws.com',
    'https://s3-fips.ca-central-1.amazonaws.com',
    'https://s3.dualstack.eu-west-1.amazonaws.com',
    'https://s3-fips.dualstack.us-gov-west-1.amazonaws.com',
    'https://s3.dualstack.cn-north-1.amazonaws.com.cn',
    'https://kms.cn-northwest-1.amazonaws.com.cn',
    'https://sts.cn-north-1.api.amazonwebservices.com.cn',
    ...(['kms', 'sts', 's3'] as const).flatMap((service) =>
      ['eu-central-1', 'us-gov-west-1', 'cn-north-1'].map((region) => awsAddress(service, region) as string),
    ),
  ])('%s is one', (address) => expect(isAwsServiceAddress(address)).toBe(true));

  it.each([
    ['an endpoint in a VPC', 'https://vpce-0a1b2c3d-4e5f6a7b.kms.eu-central-1.vpce.amazonaws.com'],
    ['one of S3 there', 'https://bucket.vpce-0a1b2c3d-4e5f6a7b.s3.eu-central-1.vpce.amazonaws.com'],
    ["a customer's machine", 'https://ec2-203-0-113-25.eu-central-1.compute.amazonaws.com'],
    ["a customer's API", 'https://abcdef1234.execute-api.eu-central-1.amazonaws.com'],
    ["a customer's load balancer", 'https://kms-1234567890.eu-central-1.elb.amazonaws.com'],
    ["a customer's bucket", 'https://kms.s3.eu-central-1.amazonaws.com'],
    ["a customer's website", 'https://kms.s3-website.eu-central-1.amazonaws.com'],
    ['another service', 'https://lambda.eu-central-1.amazonaws.com'],
    ['what only ends like it', 'https://kms.eu-central-1.amazonaws.com.example.com'],
    ['what only begins like it', 'https://example.com/kms.eu-central-1.amazonaws.com'],
    ['another domain', 'https://kms.eu-central-1.xamazonaws.com'],
    ["China's region elsewhere", 'https://kms.cn-north-1.amazonaws.com'],
    ['a region elsewhere in China', 'https://kms.eu-central-1.amazonaws.com.cn'],
    ['a dot at the end', 'https://kms.eu-central-1.amazonaws.com.'],
    ['another port', 'https://kms.eu-central-1.amazonaws.com:8443'],
    ['no encryption', 'http://kms.eu-central-1.amazonaws.com'],
    ['a user in it', 'https://kms.eu-central-1.amazonaws.com@example.com'],
    ['a user before it', 'https://me@kms.eu-central-1.amazonaws.com'],
    ['no address', 'kms.eu-central-1.amazonaws.com'],
    ['nothing', ''],
  ])('%s is none', (_, address) => expect(isAwsServiceAddress(address)).toBe(false));
});
