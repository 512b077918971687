import type { RecordName } from '../../records/commit.ts';
import type { RecordReader } from '../../records/ports.ts';
import { EnvironmentError } from './environment-error.ts';
import { isWithin } from './roots.ts';
import type { BucketStorage, FolderStorage, HostedStorage } from './storage.ts';

/** A storage, as far as it says where that is. */
export type PlacedStorage = FolderStorage | HostedStorage | Omit<BucketStorage, 'access'>;

/** Where every folder that a vault lies in is claimed, over all tenants: two vaults never share or nest. */
const FOLDER_SPACE = 'vault-folder';

const PAGE = 1000;

/** Whose bucket names are the same all over the world, whichever of its addresses is used. */
const PROVIDERS: readonly (readonly [host: RegExp, name: string])[] = [
  [/(?:^|\.)amazonaws\.com(?:\.cn)?$/, 'aws-s3'],
  [/(?:^|\.)cloud-object-storage\.appdomain\.cloud$|(?:^|\.)objectstorage\.softlayer\.net$/, 'ibm-cos'],
];

/** The name that claims a place for one environment; `undefined` where the operator's store keeps them apart by itself. */
export function placeName(storage: PlacedStorage): RecordName | undefined {
  if (storage.type === 'hosted') return undefined;
  if (storage.type === 'folder') return { space: FOLDER_SPACE, name: storage.path };
  return { space: `vault-bucket:${serviceOf(storage)}/${storage.bucket}`, name: `/${storage.prefix}` };
}

/** Whose bucket it is: the provider, or host and port of the address. */
function serviceOf({ type, endpoint }: Omit<BucketStorage, 'access'>): string {
  if (endpoint === undefined) return type;
  const { host, hostname } = new URL(endpoint);
  return PROVIDERS.find(([pattern]) => pattern.test(hostname))?.[1] ?? host;
}

/**
 * Refuses a place that is another environment's, or lies in one, or around one, whoever they belong to. One server under
 * two addresses looks like two: there the vault that lies there already is found, since nothing is ever written over.
 *
 * @throws {EnvironmentError} `place-taken`
 */
export async function refuseOverlap(records: RecordReader, storage: PlacedStorage): Promise<void> {
  const wanted = placeName(storage);
  if (wanted === undefined) return;
  let after: string | undefined;
  for (;;) {
    const names = await records.listNames(wanted.space, { limit: PAGE, ...(after !== undefined && { after }) });
    if (names.some(({ name }) => isOverlap(storage, name, wanted.name))) throw taken(storage);
    if (names.length < PAGE) return;
    after = names.at(-1)?.name;
  }
}

/** Refuses a bucket of the operator's own store. `reserved`: spaces of places. @throws {EnvironmentError} `place-taken` */
export function refuseReserved(reserved: readonly string[], storage: PlacedStorage): void {
  if (!reserved.includes(placeName(storage)?.space ?? '')) return;
  throw new EnvironmentError(
    'place-taken',
    `The ${describe(storage)} is of the operator's own store. Say the type hosted to have backups there, or name a bucket of yours`,
  );
}

/** The same for two places that are both still to be claimed. @throws {EnvironmentError} `place-taken` */
export function refuseSamePlace(storage: PlacedStorage, other: PlacedStorage): void {
  const [wanted, there] = [placeName(storage), placeName(other)];
  if (wanted === undefined || wanted.space !== there?.space) return;
  if (isOverlap(storage, there.name, wanted.name)) throw taken(storage);
}

function isOverlap({ type }: PlacedStorage, a: string, b: string): boolean {
  const lies = type === 'folder' ? isWithin : (outer: string, inner: string) => inner.startsWith(outer);
  return lies(a, b) || lies(b, a);
}

function taken(storage: PlacedStorage): EnvironmentError {
  return new EnvironmentError(
    'place-taken',
    `The ${describe(storage)} holds another environment's vault, or lies in one, or around one. Choose another place`,
  );
}

function describe(storage: PlacedStorage): string {
  if (storage.type === 'folder') return `folder ${storage.path}`;
  return storage.type === 'hosted' ? 'hosted store' : `prefix "${storage.prefix}" of the bucket ${storage.bucket}`;
}
