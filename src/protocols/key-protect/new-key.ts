import { SECRET, SYMMETRIC, SYMMETRIC_BY_LENGTH, type KeySpecRow, type Origin } from '../../crypto/key-spec.ts';
import type { Tag } from '../../keys/key.ts';
import { aliasName, MAX_ALIASES } from './alias-name.ts';
import { mediaType } from './answer.ts';
import { badBody, badField } from './errors.ts';
import { resourcesOf, type Fields } from './fields.ts';
import { PAYLOAD_MEMBERS, payloadOf, type Payload } from './payload.ts';

/** A key that a request asks for. */
export interface WantedKey {
  readonly name: string;
  /** Names in the key domain. */
  readonly aliases: readonly string[];
  readonly description: string;
  readonly tags: readonly Tag[];
  readonly expiresAtMs: number | undefined;
  readonly extractable: boolean;
  /** Its material, where its owner brings it. */
  readonly payload: Payload | undefined;
}

/** What a request for a new key says, and its members for what else they may ask. */
export interface NewKeyRequest {
  readonly wanted: WantedKey;
  readonly fields: Fields;
}

const MEMBERS = [
  'type',
  'name',
  'aliases',
  'description',
  'tags',
  'expirationDate',
  'extractable',
  ...PAYLOAD_MEMBERS,
] as const;
const MAX_TAGS = 30;
const TAG = /^[^<>,:&|]{1,30}$/u;

/**
 * Reads the body that asks for one new key: https://cloud.ibm.com/apidocs/key-protect#createkey
 *
 * @param more names of members that the caller reads itself
 * @throws {KeyProtectError} `NO_BODY_ERR`, `BAD_BODY_ERR`, `COLLECTION_TOTAL_MISMATCH_ERR`, `INVALID_FIELD_ERR`
 * @throws {KeyError} `alias-malformed`, `alias-reserved`, `import-wrong-length`
 */
export function newKeyOf(body: unknown, nowMs: number, more: readonly string[] = []): NewKeyRequest {
  const [fields, ...others] = resourcesOf(body, [...MEMBERS, ...more]) as [Fields, ...Fields[]];
  if (others.length > 0) throw badBody('Only creation of one key per request is supported');
  requireType(fields);
  const name = fields.text('name', { min: 2, max: 90 });
  if (name === undefined) throw badField('name', 'a text of 2 to 90 characters');
  const expiresAtMs = fields.date('expirationDate');
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) throw badField('expirationDate', 'a date in the future');
  const extractable = fields.flag('extractable') ?? false;
  const wanted = {
    name,
    aliases: textsOf(fields, 'aliases', MAX_ALIASES).map(aliasName),
    description: fields.text('description', { min: 2, max: 240 }) ?? '',
    tags: tagsOf(fields),
    expiresAtMs,
    extractable,
    payload: payloadOf(fields, extractable ? 'standard' : 'root'),
  };
  return { wanted, fields };
}

/** The spec of a key, as far as it is known before its material is read: material under an import token says it later. */
export function specOf({ extractable, payload }: Pick<WantedKey, 'extractable' | 'payload'>): KeySpecRow | undefined {
  if (extractable) return SECRET;
  if (payload === undefined) return SYMMETRIC;
  return payload.kind === 'plain' ? symmetricOf(payload.bytes) : undefined;
}

/** The spec of a root key by its material, whose length was checked. */
export function symmetricOf(material: Uint8Array): KeySpecRow {
  return SYMMETRIC_BY_LENGTH.get(material.byteLength) as KeySpecRow;
}

export function originOf({ payload }: Pick<WantedKey, 'payload'>): Origin {
  return payload === undefined ? 'generated' : 'imported';
}

function requireType(fields: Fields): void {
  const type = fields.raw('type');
  if (type !== undefined && type !== mediaType('key')) throw badField('type', mediaType('key'));
}

function tagsOf(fields: Fields): Tag[] {
  return textsOf(fields, 'tags', MAX_TAGS).map((key) => {
    if (!TAG.test(key)) throw badField('tags', 'texts of 1 to 30 characters, none of them < > , : & |');
    return { key, value: '' };
  });
}

function textsOf(fields: Fields, name: string, maxLength: number): string[] {
  const texts = fields.list(name, maxLength) ?? [];
  if (!texts.every((text) => typeof text === 'string')) throw badField(name, 'a list of texts');
  return texts as string[];
}
