import { parsePolicy } from '../../access/policy.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Instance } from '../../identity/tenant.ts';
import type { XksCredential, XksEndpoint, XksOperation } from '../../keys/xks-endpoint.ts';
import { readXksEndpoint, xksAccessKeyName, xksEndpointRef } from '../../keys/xks-endpoint-record.ts';
import { andThen, type Freshness, type MaybePromise, type RecordReader } from '../../records/ports.ts';
import { EpochMemo } from '../../records/record-cache.ts';
import { xksEndpointArn } from '../../identity/arn.ts';
import { kmsKeyArn } from './arn.ts';

/** An endpoint with the credential by which it was asked for, and who a request is then from. */
export interface FoundEndpoint {
  readonly endpoint: XksEndpoint;
  readonly credential: XksCredential;
  readonly instance: Instance;
  readonly principal: Principal;
}

const MAX_ENTRIES = 1_000;

/** Finds endpoints by access key id and keeps them while they are true. */
export class XksEndpoints {
  readonly #records: RecordReader & Freshness;
  readonly #directory: Directory;
  readonly #found: EpochMemo<FoundEndpoint>;

  constructor(records: RecordReader & Freshness, directory: Directory) {
    this.#records = records;
    this.#directory = directory;
    this.#found = new EpochMemo(records, MAX_ENTRIES);
  }

  /** The endpoint that has this access key id. Proves nothing yet: the signature does. */
  byAccessKey(accessKeyId: string): MaybePromise<FoundEndpoint | undefined> {
    return this.#found.find(accessKeyId, () =>
      andThen(this.#records.resolve(xksAccessKeyName(accessKeyId)), (ref) => {
        if (ref?.kind !== 'xks-endpoint') return undefined;
        return andThen(this.#directory.tenant(ref.tenantId), (tenant) => {
          if (tenant === undefined) return undefined;
          return andThen(this.#records.read(xksEndpointRef(ref.tenantId, ref.id)), (record) => {
            if (record === undefined) return undefined;
            const endpoint = readXksEndpoint(tenant.tenantKey, record);
            // A name proves nothing: the endpoint must have the credential in its own record.
            const credential = endpoint.credentials.find((one) => one.accessKeyId === accessKeyId);
            if (credential === undefined) return undefined;
            return andThen(this.#directory.instance(tenant.tenantId, endpoint.region), (instance) =>
              instance === undefined
                ? undefined
                : { endpoint, credential, instance, principal: principalOf(endpoint, credential, instance) },
            );
          });
        });
      }),
    );
  }
}

/** What each operation takes on the key. */
export const ACTIONS: Record<XksOperation, string> = { ENCRYPT: 'kms:Encrypt', DECRYPT: 'kms:Decrypt' };
export const METADATA_ACTION = 'kms:DescribeKey';
export const HEALTH_ACTION = 'keystead:GetXksHealth';

/** Who asks through an endpoint: a service of the tenant that may do what its exposed keys say, where their policies let it. */
function principalOf(endpoint: XksEndpoint, { accessKeyId }: XksCredential, instance: Instance): Principal {
  const { tenantId, accountId, region } = instance;
  const arn = xksEndpointArn(accountId, endpoint.name);
  const statements = endpoint.keys.map(({ keyId, operations }) => ({
    Effect: 'Allow',
    Action: [METADATA_ACTION, ...operations.map((operation) => ACTIONS[operation])],
    Resource: kmsKeyArn(region, accountId, keyId),
  }));
  const health = { Effect: 'Allow', Action: HEALTH_ACTION, Resource: arn };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [health, ...statements] });
  return {
    tenantId,
    accountId,
    kind: 'service',
    id: endpoint.id,
    name: endpoint.name,
    arn,
    policies: [parsePolicy(policy, 'identity')],
    credentialId: accessKeyId,
    strength: 'secret-key',
    cacheKey: `xks-endpoint:${endpoint.id}@${endpoint.revision}`,
  };
}
