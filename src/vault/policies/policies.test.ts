import { describe, expect, it } from 'vitest';
import { ibmBucketPolicy, ibmKeyPolicy } from './ibm-policy.ts';
import { keyPolicy } from './key-policy.ts';
import { storagePolicy } from './storage-policy.ts';
import { trustPolicy } from './trust-policy.ts';

const PRINCIPAL = 'arn:aws:iam::111122223333:user/keystead';
const TENANT = '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21';
const INSTANCE = '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e22';
const KEY = '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e23';
const CRN = `crn:v1:bluemix:public:kms:eu-de:a/0123456789abcdef:${INSTANCE}:key:${KEY}`;

describe('policies to copy', () => {
  it('bind every use of a key to its purpose; only a description is free', () => {
    const { Statement } = keyPolicy(['writer', 'reader', 'maintenance'], { principal: PRINCIPAL, tenant: TENANT });
    for (const { Action, Condition, Principal } of Statement) {
      expect(Principal).toEqual({ AWS: PRINCIPAL });
      if (Action === 'kms:DescribeKey') continue;
      expect(Condition?.['StringEquals']).toMatchObject({ 'kms:EncryptionContext:keystead:tenant': TENANT });
      expect(Condition?.['StringEquals']).toHaveProperty('kms:EncryptionContext:keystead:purpose');
      expect(Condition?.['StringEquals']).not.toHaveProperty('kms:EncryptionContext:keystead:environment');
    }
    expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
  });

  it('never name an action with a star, nor a bucket that was not asked for', () => {
    const { Statement } = storagePolicy(['writer', 'reader', 'maintenance'], {
      bucket: 'b-1',
      prefix: 'p/',
      partition: 'aws-cn',
    });
    for (const { Action, Resource, Principal } of Statement) {
      expect([Action].flat().join(' ')).not.toContain('*');
      for (const arn of [Resource].flat()) expect(arn).toMatch(/^arn:aws-cn:s3:::b-1(?:\/p\/.*)?$/);
      expect(Principal).toBeUndefined();
    }
    expect(JSON.stringify(storagePolicy(['writer'], { bucket: 'b-1', prefix: '' }))).not.toContain('s3:prefix');
  });

  it('let a role be assumed with the external id of the tenant alone', () => {
    expect(trustPolicy({ principal: PRINCIPAL, tenant: TENANT }).Statement).toEqual([
      {
        Sid: 'KeysteadVaultAssumes',
        Effect: 'Allow',
        Principal: { AWS: PRINCIPAL },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': `keystead-${TENANT}` } },
      },
    ]);
  });

  it('name one key and one bucket of IBM Cloud', () => {
    const key = ibmKeyPolicy(['writer', 'reader'], 'iam-ServiceId-1', CRN);
    expect(key.roles).toEqual([{ role_id: 'crn:v1:bluemix:public:iam::::serviceRole:Reader' }]);
    expect(key.resources[0].attributes).toContainEqual({ name: 'resource', value: KEY });
    expect(key.resources[0].attributes).toContainEqual({ name: 'serviceInstance', value: INSTANCE });
    const bucket = ibmBucketPolicy(['writer'], 'iam-ServiceId-1', { bucket: 'b-1', instance: INSTANCE });
    expect(bucket.roles).toEqual([{ role_id: 'crn:v1:bluemix:public:iam::::serviceRole:Writer' }]);
    expect(bucket.resources[0].attributes).toContainEqual({ name: 'resource', value: 'b-1' });
    expect(() => ibmKeyPolicy(['writer'], 'iam-ServiceId-1', 'alias/x')).toThrow(/CRN/);
  });
});
