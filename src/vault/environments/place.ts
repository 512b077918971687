import type { RecordName } from '../../records/commit.ts';
import type { RecordReader } from '../../records/ports.ts';
import { EnvironmentError } from './environment-error.ts';
import { isWithin } from './roots.ts';
import type { BucketStorage, EnvironmentStorage } from './storage.ts';

/** Where every folder that a vault lies in is claimed, over all tenants: two vaults never share or nest. */
const FOLDER_SPACE = 'vault-folder';

const PAGE = 1000;

/** Whose bucket names are the same all over the world, whichever of its addresses is used. */
const PROVIDERS: readonly (readonly [host: RegExp, name: string])[] = [
  [/(?:^|\.)amazonaws\.com(?:\.cn)?$/, 'aws-s3'],
  [/(?:^|\.)cloud-object-storage\.appdomain\.cloud$|(?:^|\.)objectstorage\.softlayer\.net$/, 'ibm-cos'],
];

/** The name that claims a place for one environment; `undefined` where the operator's store keeps them apart by itself. */
export function placeName(storage: EnvironmentStorage): RecordName | undefined {
  if (storage.type === 'hosted') return undefined;
  if (storage.type === 'folder') return { space: FOLDER_SPACE, name: storage.path };
  return { space: `vault-bucket:${serviceOf(storage)}/${storage.bucket}`, name: `/${storage.prefix}` };
}

/** Whose bucket it is: the provider, or host and port of the address. */
function serviceOf({ type, endpoint }: BucketStorage): string {
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
export async function refuseOverlap(records: RecordReader, storage: EnvironmentStorage): Promise<void> {
  const wanted = placeName(storage);
  if (wanted === undefined) return;
  const overlap = storage.type === 'folder' ? isWithin : startsWith;
  let after: string | undefined;
  for (;;) {
    const names = await records.listNames(wanted.space, { limit: PAGE, ...(after !== undefined && { after }) });
    if (names.some(({ name }) => overlap(name, wanted.name) || overlap(wanted.name, name))) {
      throw new EnvironmentError(
        'place-taken',
        `The ${describe(storage)} holds another environment's vault, or lies in one, or around one. Choose another place`,
      );
    }
    if (names.length < PAGE) return;
    after = names.at(-1)?.name;
  }
}

const startsWith = (outer: string, inner: string): boolean => inner.startsWith(outer);

function describe(storage: EnvironmentStorage): string {
  if (storage.type === 'folder') return `folder ${storage.path}`;
  return storage.type === 'hosted' ? 'hosted store' : `prefix "${storage.prefix}" of the bucket ${storage.bucket}`;
}
