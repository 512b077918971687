import type { Json } from '../../bytes/canonical-json.ts';
import { invalid, type Members } from './members.ts';

const NAMES = [
  'awsPrincipalArn',
  'awsSourceVpc',
  'awsSourceVpce',
  'kmsKeyArn',
  'kmsOperation',
  'kmsRequestId',
  'kmsViaService',
] as const;

type MetadataName = (typeof NAMES)[number];

/** What AWS KMS says of the request that it was asked (specification, appendix B). Nothing of it is looked at but its type. */
export type RequestMetadata = { readonly [N in MetadataName]?: string };

/** What must come with every use of a key. */
export const USE_METADATA: readonly MetadataName[] = ['awsPrincipalArn', 'kmsKeyArn', 'kmsOperation', 'kmsRequestId'];

/** What an ARN may have, at least (specification, "API operations"). */
const MAX_TEXT = 2048;
/** What is left of each in an audit entry, in bytes of its JSON. */
const MAX_NOTED = 4096;

/**
 * Reads `requestMetadata`. Names that are not known yet may come and are left out.
 *
 * @throws {XksError} ValidationException
 */
export function readRequestMetadata(members: Members, required: readonly MetadataName[]): RequestMetadata {
  const given = members.object('requestMetadata');
  const metadata: { [N in MetadataName]?: string } = {};
  for (const name of NAMES) {
    const value = given.get(name);
    if (value === undefined) {
      if (required.includes(name)) throw invalid(`requestMetadata.${name} is missing.`);
      continue;
    }
    if (typeof value !== 'string') throw invalid(`requestMetadata.${name} must be a string.`);
    metadata[name] = value;
  }
  const isLong = (name: MetadataName) => (metadata[name]?.length ?? 0) > MAX_TEXT;
  const long = (['awsPrincipalArn', 'kmsKeyArn'] as const).find(isLong);
  if (long !== undefined) throw invalid(`requestMetadata.${long} has more than ${MAX_TEXT} characters.`);
  return metadata;
}

/** The metadata for the audit entry, so short that there is always room for it. */
export function notedMetadata(metadata: RequestMetadata): { readonly [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, text]) => [
      name,
      Buffer.byteLength(JSON.stringify(text)) <= MAX_NOTED ? text : text.slice(0, MAX_NOTED / 8),
    ]),
  );
}
