import Type from 'typebox';
import { environmentArn } from '../../../jobs/find-environment.ts';
import { newBucket } from '../../../vault/environments/new-bucket.ts';
import { VaultError } from '../../../vault/errors.ts';
import { RequestError } from '../errors.ts';
import { adminRoute } from '../route.ts';
import { closed, named } from '../schema.ts';
import { STORAGE_INPUT, wantedStorage } from '../vault/environment-input.ts';
import { refusing } from '../vault/refusals.ts';

const BODY = closed({
  storage: STORAGE_INPUT,
  versioned: Type.Optional(Type.Boolean({ description: 'keep versions; a bucket with object lock always does' })),
  rootKeyCrn: Type.Optional(
    Type.String({ maxLength: 512, description: 'ibm-cos: a root key of Key Protect that encrypts once more at rest' }),
  ),
  storageClass: Type.Optional(Type.Enum(['smart', 'standard', 'vault', 'cold'], { description: 'ibm-cos' })),
});

/** Makes a bucket that an environment may then use. */
export const createVaultBucket = adminRoute({
  id: 'createBucket',
  method: 'POST',
  path: '/buckets',
  action: 'keystead:CreateBucket',
  summary: 'Makes a bucket for backups, with versions or object lock, which cannot be switched on later everywhere',
  status: 201,
  body: BODY,
  answer: named('CreatedBucket', { bucketName: Type.String(), region: Type.String() }),
  example: {
    body: {
      storage: {
        type: 'aws-s3',
        region: 'us-east-1',
        bucketName: 'production-backups',
        objectLock: { mode: 'compliance', days: 30 },
        credentials: {
          kind: 'access-key',
          accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
          secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        },
      },
    },
  },
  prepare: (context, { body }) => {
    const { tenant } = context.proof;
    const { storage, ...options } = body;
    const { type, region, bucketName, objectLock } = storage;
    return {
      targets: [{ action: 'keystead:CreateBucket', resource: environmentArn(tenant, '*') }],
      details: {
        type,
        region,
        bucket: bucketName ?? null,
        ...(objectLock && { objectLock: { ...objectLock } }),
        ...(options.versioned !== undefined && { versioned: options.versioned }),
        ...(options.rootKeyCrn !== undefined && { rootKey: options.rootKeyCrn }),
      },
      run: () =>
        refusing(async () => {
          const { vault, random } = context.services;
          try {
            await newBucket(vault, tenant.tenantKey, wantedStorage(context, storage), options, random);
          } catch (error) {
            if (!(error instanceof VaultError)) throw error;
            throw new RequestError({ status: 422, code: error.code, message: error.message });
          }
          return { value: { bucketName: bucketName ?? '', region } };
        }),
    };
  },
  show: (made: { bucketName: string; region: string }) => made,
});
