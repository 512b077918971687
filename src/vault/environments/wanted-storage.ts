import type { EgressGuard } from '../../clients/egress.ts';
import type { StorageServices } from './access-of.ts';
import { EnvironmentError } from './environment-error.ts';
import { refuseMembers } from './members.ts';
import { refuseReserved } from './place.ts';
import { placeBelow, type Roots } from './roots.ts';
import { requireAccess, type CredentialRules, type WantedCredentials } from './wanted-credentials.ts';
import type { BucketLock, EnvironmentStorage, NewStorage } from './storage.ts';

/** Where backups are to go, as somebody says it. Which members count depends on the type. */
export interface WantedStorage {
  readonly type: EnvironmentStorage['type'];
  readonly region: string;
  readonly path?: string | undefined;
  readonly bucketName?: string | undefined;
  readonly prefix?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly credentials?: WantedCredentials | undefined;
  readonly objectLock?: BucketLock | undefined;
  readonly serverSideKey?: string | undefined;
}

/** What is asked before a place is believed. */
export interface StorageRules extends StorageServices, CredentialRules {
  readonly vaultRoots: Roots;
  readonly egress: EgressGuard;
  /** Spaces of places that no tenant may name: buckets of the operator's own store. */
  readonly reserved?: readonly string[];
}

/** What each type takes besides type and region, and which of that it must have. */
const MEMBERS: Record<WantedStorage['type'], { readonly takes: readonly string[]; readonly needs: readonly string[] }> =
  {
    folder: { takes: ['path'], needs: ['path'] },
    'aws-s3': {
      takes: ['bucketName', 'prefix', 'endpoint', 'credentials', 'objectLock', 'serverSideKey'],
      needs: ['bucketName', 'credentials'],
    },
    'ibm-cos': {
      takes: ['bucketName', 'prefix', 'endpoint', 'credentials', 'objectLock'],
      needs: ['bucketName', 'credentials'],
    },
    's3-compatible': {
      takes: ['bucketName', 'prefix', 'endpoint', 'credentials', 'objectLock', 'serverSideKey'],
      needs: ['bucketName', 'endpoint', 'credentials'],
    },
    hosted: { takes: [], needs: [] },
  };

/** Amazon S3, "Bucket naming rules" (general purpose buckets), which the others follow. */
const BUCKET = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[A-Za-z0-9!_*'()-][A-Za-z0-9!_.*'()-]*\/)*$/;
const MAX_PREFIX = 512;

/**
 * Brings what somebody says of a storage to what an environment holds. Asks no store yet.
 *
 * @throws {EnvironmentError} `storage-malformed`, `path-malformed`, `path-outside-roots`, `credentials-not-lent`,
 * `place-taken`, `hosted-storage-missing`
 */
export async function requireStorage(rules: StorageRules, wanted: WantedStorage): Promise<NewStorage> {
  const { type, region, ...members } = wanted;
  refuseMembers('storage-malformed', `Storage of the type ${type}`, members, MEMBERS[type]);
  if (type === 'folder') return { type, path: await placeBelow(rules.vaultRoots, wanted.path as string), region };
  if (type === 'hosted') return hosted(rules, region);
  const { bucketName = '', prefix = '', endpoint, credentials, objectLock, serverSideKey } = wanted;
  if (!BUCKET.test(bucketName)) {
    throw malformed(
      `${bucketName} cannot be the name of a bucket: it has 3 to 63 characters of lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit`,
    );
  }
  if (endpoint !== undefined) checkEndpoint(rules.egress, endpoint);
  const place = { type, bucket: bucketName, prefix: requirePrefix(prefix), region } as const;
  const where = { ...place, ...(endpoint !== undefined && { endpoint }) };
  refuseReserved(rules.reserved ?? [], where);
  return {
    ...where,
    access: requireAccess(rules, credentials as WantedCredentials, endpoint, 'storage-malformed'),
    ...(objectLock && { lock: { mode: objectLock.mode, days: objectLock.days } }),
    ...(serverSideKey !== undefined && { serverSideKey }),
  };
}

function hosted({ hosted: store }: StorageRules, region: string): NewStorage {
  if (store) return { type: 'hosted', region };
  throw new EnvironmentError(
    'hosted-storage-missing',
    'This server has no store of its own for backups. Name a bucket or a folder of yours, or ask the operator for one (KEYSTEAD_HOSTED_STORAGE)',
  );
}

function requirePrefix(prefix: string): string {
  const whole = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  if (whole.length <= MAX_PREFIX && PREFIX.test(whole)) return whole;
  throw malformed(
    `the prefix ${prefix} is not one that is taken: parts of letters, digits and ! - _ . * ' ( ) that do not begin with a dot, each ending with /, ${MAX_PREFIX} characters in all`,
  );
}

function checkEndpoint(guard: EgressGuard, endpoint: string): void {
  try {
    const { pathname, search, hash } = guard.check(endpoint);
    if (pathname === '/' && search === '' && hash === '') return;
  } catch (error) {
    throw malformed((error as Error).message);
  }
  throw malformed('The endpoint holds a path or a query: give scheme, host and port alone');
}

function malformed(what: string): EnvironmentError {
  return new EnvironmentError('storage-malformed', what);
}
