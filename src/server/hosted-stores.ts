import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseStrictJson } from '../bytes/strict-json.ts';
import { EgressGuard } from '../clients/egress.ts';
import { ConfigError, type Config } from '../config/config.ts';
import { EnvironmentError } from '../vault/environments/environment-error.ts';
import type { HostedBucket, HostedStore } from '../vault/environments/hosted.ts';
import { refuseMembers, type Members } from '../vault/environments/members.ts';
import { requireStorage, type WantedStorage } from '../vault/environments/wanted-storage.ts';

type Row = Readonly<Record<string, unknown>>;

/** Folders are not looked up below any root here: the operator says where they are. */
const NO_ROOTS = { setting: '', folders: [], themselves: false, keepOut: [] };
const BUCKETS: ReadonlySet<unknown> = new Set(['aws-s3', 'ibm-cos', 's3-compatible']);

const CREDENTIALS: { readonly [kind: string]: Members } = {
  'access-key': { takes: ['accessKeyId', 'secretAccessKeyFile'], needs: ['accessKeyId', 'secretAccessKeyFile'] },
  role: {
    takes: ['roleArn', 'externalId', 'accessKeyId', 'secretAccessKeyFile'],
    needs: ['roleArn', 'externalId'],
  },
  environment: { takes: [], needs: [] },
};

/**
 * The operator's own stores for environments that bring none: a folder, or the stores of a JSON file, each as the admin
 * API takes a storage, with `secretAccessKeyFile` in the place of the secret.
 *
 * @throws {ConfigError} the setting or the file cannot be used
 */
export async function readHostedStores({ hosted, egress, vaultRoots }: Config): Promise<readonly HostedStore[]> {
  if (hosted === undefined) return [];
  const { place, region } = hosted;
  const stores: HostedStore[] = place.endsWith('.json')
    ? await storesOf(place, new EgressGuard(egress))
    : [{ type: 'folder', region, path: place }];
  const regions = stores.map((store) => store.region);
  if (new Set(regions).size < regions.length) {
    throw new ConfigError(`KEYSTEAD_HOSTED_STORAGE: ${place} names two stores of one region: name one of each`);
  }
  for (const store of stores) {
    if (store.type !== 'folder') continue;
    const root = vaultRoots.find((candidate) => isWithin(candidate, store.path) || isWithin(store.path, candidate));
    if (root === undefined) continue;
    throw new ConfigError(
      `KEYSTEAD_HOSTED_STORAGE: ${store.path} and ${root} of KEYSTEAD_VAULT_ROOTS lie in one another: a tenant could name a folder of another one`,
    );
  }
  return stores;
}

async function storesOf(path: string, guard: EgressGuard): Promise<HostedStore[]> {
  const wrong = (what: string) => new ConfigError(`KEYSTEAD_HOSTED_STORAGE: ${path} ${what}`);
  let rows: unknown;
  try {
    rows = parseStrictJson(readFileSync(path));
  } catch (error) {
    throw wrong(`cannot be read (${(error as Error).message})`);
  }
  if (!Array.isArray(rows) || rows.length === 0) throw wrong('must hold a list of stores');
  const stores: HostedStore[] = [];
  for (const row of rows as readonly unknown[]) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw wrong('holds something that is no store');
    try {
      stores.push(await storeOf(row as Row, dirname(path), guard));
    } catch (error) {
      if (!(error instanceof EnvironmentError) && !(error instanceof TypeError)) throw error;
      throw wrong(`holds a store that cannot be used. ${error.message}`);
    }
  }
  return stores;
}

async function storeOf(row: Row, folder: string, guard: EgressGuard): Promise<HostedStore> {
  const { type, region, path, credentials, ...rest } = row;
  if (typeof region !== 'string' || region === '') throw new TypeError('It names no region');
  if (type === 'folder') {
    refuseMembers(
      'storage-malformed',
      'A hosted folder',
      { path, credentials, ...rest },
      { takes: ['path'], needs: ['path'] },
    );
    return { type, region, path: resolve(folder, text('path', path)) };
  }
  if (!BUCKETS.has(type)) throw new TypeError('Its type is not one of folder, aws-s3, ibm-cos, s3-compatible');
  const access = credentialsOf(credentials, folder);
  // The same rules hold as for a tenant's bucket, but that the operator says where; who it is reached as is told apart below.
  const wanted = { ...rest, type, region, path, credentials: { kind: 'environment' } } as WantedStorage;
  const rules = { vaultRoots: NO_ROOTS, egress: guard, lendsCredentials: true, lendsTo: () => true };
  const bucket = await requireStorage(rules, wanted);
  if (!('bucket' in bucket)) throw new TypeError('It is no bucket');
  const { access: _, type: provider, ...place } = bucket;
  return { ...place, type: 'bucket', provider, ...access };
}

function credentialsOf(given: unknown, folder: string): Pick<HostedBucket, 'credentials' | 'role'> {
  const { kind, ...members } = (given ?? {}) as Row;
  const rule = CREDENTIALS[typeof kind === 'string' ? kind : ''];
  if (rule === undefined) throw new TypeError('Its credentials are of no kind of access-key, role, environment');
  refuseMembers('storage-malformed', `Credentials of the kind ${String(kind)}`, members, rule);
  const { accessKeyId, secretAccessKeyFile, roleArn, externalId } = members;
  if ((accessKeyId === undefined) !== (secretAccessKeyFile === undefined)) {
    throw new TypeError('accessKeyId and secretAccessKeyFile belong together');
  }
  return {
    credentials:
      accessKeyId === undefined
        ? 'environment'
        : {
            accessKeyId: text('accessKeyId', accessKeyId),
            secretAccessKeyFile: resolve(folder, text('secretAccessKeyFile', secretAccessKeyFile)),
          },
    ...(roleArn !== undefined && {
      role: { arn: text('roleArn', roleArn), externalId: text('externalId', externalId) },
    }),
  };
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`Its ${name} is no text`);
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
