import { decodeBase64 } from '../../bytes/base64.ts';
import { parseStrictJson, StrictJsonError } from '../../bytes/strict-json.ts';
import { AwsKmsError } from './errors.ts';
import { INPUTS, SHAPES, type OperationName, type Operations } from './model.gen.ts';
import { constraintsOf, notNull, violation } from './constraints.ts';
import type { ListShape, MapShape, ScalarShape, Shape, StructureShape } from './shape.ts';

/**
 * Reads one JSON value as a shape. `at` is its path in AWS's spelling; broken constraints are added to `found`.
 *
 * @throws {AwsKmsError} SerializationException where the value has another JSON type than the shape.
 */
type Read = (value: unknown, at: string, found: string[]) => unknown;

/**
 * Reads the body of a request against the model: types, required members, lengths, ranges, patterns and enumerations.
 * Members that the model does not know are ignored, as AWS does. An empty body counts as `{}`. Blobs become buffers,
 * maps become `Map`s, timestamps stay seconds since 1970.
 *
 * @throws {AwsKmsError} SerializationException (not JSON, a member twice, a wrong JSON type, bad base64) or
 *   ValidationException with AWS's text, which shows no blob and no sensitive value.
 */
export function readInput<N extends OperationName>(operation: N, body: Buffer): Operations[N]['input'] {
  const value = body.length === 0 ? {} : parse(body);
  const found: string[] = [];
  const input = INPUT_READERS[operation](value, '', found);
  if (found.length > 0) throw new AwsKmsError('ValidationException', summary(found));
  return input as Operations[N]['input'];
}

function parse(body: Buffer): unknown {
  try {
    return parseStrictJson(body);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    throw new AwsKmsError('SerializationException', error.message);
  }
}

function summary(found: readonly string[]): string {
  return `${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${found.join('; ')}`;
}

const readers = new Map<string, Read>();

function readerOf(name: string): Read {
  const known = readers.get(name);
  if (known) return known;
  const shape = SHAPES[name];
  if (!shape) throw new Error(`the model has no shape '${name}'`);
  const reader = compile(shape);
  readers.set(name, reader);
  return reader;
}

function compile(shape: Shape): Read {
  if (shape.type === 'structure') return structure(shape);
  if (shape.type === 'list') return list(shape);
  return shape.type === 'map' ? map(shape) : scalar(shape);
}

function structure(shape: StructureShape): Read {
  const members = shape.members.map((row) => ({
    name: row.name,
    wireName: row.name.charAt(0).toLowerCase() + row.name.slice(1),
    isRequired: row.required === true,
    read: readerOf(row.shape),
  }));
  return (value, at, found) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, 'a structure');
    const given = value as Readonly<Record<string, unknown>>;
    const result: Record<string, unknown> = {};
    for (const member of members) {
      const each = given[member.name];
      if (each !== undefined && each !== null) {
        result[member.name] = member.read(each, at === '' ? member.wireName : `${at}.${member.wireName}`, found);
      } else if (member.isRequired) {
        found.push(notNull(at === '' ? member.wireName : `${at}.${member.wireName}`));
      }
    }
    return result;
  };
}

function list(shape: ListShape): Read {
  const read = readerOf(shape.member);
  const memberShape = SHAPES[shape.member] as Shape;
  const check = constraintsOf({ ...shape, type: 'list' });
  // AWS names the member's path for structures; for plain values it shows the whole list with the member's constraints.
  const isOfStructures = memberShape.type === 'structure';
  const nested = isOfStructures ? undefined : constraintsOf(memberShape as ScalarShape);
  return (value, at, found) => {
    if (!Array.isArray(value)) throw wrongType(value, 'a list');
    const broken: string[] = [];
    const result = value.map((each: unknown, i) => {
      const memberAt = `${at}.${i + 1}.member`;
      if (each !== null) return read(each, memberAt, isOfStructures ? found : broken);
      found.push(notNull(memberAt));
      return undefined;
    });
    if (broken.length > 0 && nested) {
      found.push(violation(at, `Member must satisfy constraint: [${nested.texts.join(', ')}]`, listText(value)));
    }
    check.test(value.length, value.length, at, found, listText(value));
    return result;
  };
}

function listText(value: readonly unknown[]): string {
  return `[${value.join(', ')}]`;
}

function map(_shape: MapShape): Read {
  return (value, _at, _found) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, 'a map');
    const result = new Map<string, string>();
    for (const name of Object.keys(value)) {
      const each = (value as Readonly<Record<string, unknown>>)[name];
      if (typeof each !== 'string') throw wrongType(each, 'a String');
      result.set(name, each);
    }
    return result;
  };
}

function scalar(shape: ScalarShape): Read {
  const check = constraintsOf(shape);
  const convert = SCALARS[shape.type];
  const isShown = shape.sensitive !== true && shape.type !== 'blob';
  return (value, at, found) => {
    const converted = convert(value);
    const size = typeof converted === 'number' ? converted : typeof converted === 'boolean' ? 0 : converted.length;
    check.test(size, converted, at, found, isShown ? undefined : null);
    return converted;
  };
}

/** The last second since 1970 that a date of the runtime can be (ECMA-262, "Time Values and Time Range"). */
const LAST_SECOND = 8.64e12;

const SCALARS: { readonly [T in ScalarShape['type']]: (value: unknown) => string | number | boolean | Buffer } = {
  string: (value) => {
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    return value;
  },
  blob: (value) => {
    if (typeof value !== 'string') throw wrongType(value, 'a Blob');
    const bytes = decodeBase64(value);
    // AWS says nothing more about base64 that does not decode.
    if (!bytes) throw new AwsKmsError('SerializationException');
    return bytes;
  },
  integer: (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 0x7fffffff) {
      throw wrongType(value, 'an Integer');
    }
    return value;
  },
  boolean: (value) => {
    if (typeof value !== 'boolean') throw wrongType(value, 'a Boolean');
    return value;
  },
  timestamp: (value) => {
    const isTime = typeof value === 'number' && Math.abs(value) <= LAST_SECOND;
    if (!isTime) throw wrongType(value, 'milliseconds since epoch');
    return value;
  },
};

/** AWS's words, such as "NUMBER_VALUE can not be converted to a String". */
function wrongType(value: unknown, wanted: string): AwsKmsError {
  return new AwsKmsError('SerializationException', `${kindOf(value)} can not be converted to ${wanted}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'NULL_VALUE';
  if (Array.isArray(value)) return 'LIST_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return typeof value === 'object' ? 'STRUCTURE_VALUE' : `${typeof value}_VALUE`.toUpperCase();
}

const INPUT_READERS = Object.fromEntries(
  Object.entries(INPUTS).map(([operation, shape]) => [operation, readerOf(shape)]),
) as { readonly [N in OperationName]: Read };
