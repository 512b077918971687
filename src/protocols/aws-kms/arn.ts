import { AwsKmsError } from './errors.ts';

/** The ways in which AWS names a key. */
export type KeyForm = 'id' | 'arn' | 'alias' | 'alias-arn';

/** A key as a request names it; nothing of it is looked up yet. */
export type KeyReference =
  | { readonly form: 'id'; readonly keyId: string }
  | { readonly form: 'arn'; readonly accountId: string; readonly keyId: string }
  | { readonly form: 'alias'; readonly alias: string }
  | { readonly form: 'alias-arn'; readonly accountId: string; readonly alias: string };

/** Which forms an operation takes, by the key identifiers that its API page lists. */
export const ANY_FORM: ReadonlySet<KeyForm> = new Set<KeyForm>(['id', 'arn', 'alias', 'alias-arn']);
export const ID_OR_ARN: ReadonlySet<KeyForm> = new Set<KeyForm>(['id', 'arn']);

const PARTITION = 'aws';
const KEY_ID = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const ALIAS = /^alias\/[a-zA-Z0-9/_-]+$/;
const ARN = /^arn:([a-z-]+):kms:([a-z0-9-]+):(\d{12}):(key\/|alias\/)(.+)$/;

/** The ARN of a key. */
export function keyArn(region: string, accountId: string, keyId: string): string {
  return `arn:${PARTITION}:kms:${region}:${accountId}:key/${keyId}`;
}

/** The ARN of an alias; `alias` with its prefix. */
export function aliasArn(region: string, accountId: string, alias: string): string {
  return `arn:${PARTITION}:kms:${region}:${accountId}:${alias}`;
}

/**
 * Reads the name of a key in a request to one Region.
 *
 * @throws {AwsKmsError} NotFoundException in AWS's words: what has no form of a key's name, a form that the operation
 *   does not take, and an ARN of another Region.
 */
export function parseKeyReference(text: string, region: string, forms: ReadonlySet<KeyForm>): KeyReference {
  const reference = text.startsWith('arn:') ? parseArn(text, region) : parseName(text);
  if (!reference || !forms.has(reference.form)) throw invalidKeyId(text);
  return reference;
}

function parseName(text: string): KeyReference | undefined {
  if (KEY_ID.test(text)) return { form: 'id', keyId: text };
  return ALIAS.test(text) ? { form: 'alias', alias: text } : undefined;
}

function parseArn(text: string, region: string): KeyReference | undefined {
  const [, partition = '', arnRegion = '', accountId = '', kind = '', name = ''] = ARN.exec(text) ?? [];
  const resource = kind === 'key/' ? KEY_ID.test(name) : ALIAS.test(kind + name);
  if (!resource) return undefined;
  if (partition !== PARTITION || arnRegion !== region) {
    throw new AwsKmsError('NotFoundException', `Invalid arn ${arnRegion}`);
  }
  return kind === 'key/'
    ? { form: 'arn', accountId, keyId: name }
    : { form: 'alias-arn', accountId, alias: kind + name };
}

/** What has not the shape of a key's name, or names a key in a way that the operation does not take. */
function invalidKeyId(text: string): AwsKmsError {
  return new AwsKmsError('NotFoundException', `Invalid keyId '${text}'`);
}

/** A well-formed name of no key. */
export function keyNotFound(arn: string): AwsKmsError {
  return new AwsKmsError('NotFoundException', `Key '${arn}' does not exist`);
}

export function aliasNotFound(arn: string): AwsKmsError {
  return new AwsKmsError('NotFoundException', `Alias ${arn} is not found.`);
}
