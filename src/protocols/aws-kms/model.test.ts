import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as sdk from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { INPUTS } from './model.gen.ts';

const contracts = resolve(import.meta.dirname, '../../../contracts');
const read = (path: string): string => readFileSync(resolve(contracts, path), 'utf8');

interface PinnedShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
}
const model = JSON.parse(read('aws-kms/model.json')) as {
  readonly operations: Readonly<Record<string, { input: { shape: string }; output?: { shape: string } }>>;
  readonly shapes: Readonly<Record<string, PinnedShape>>;
};

/** The SDK's schema of a structure: kind, namespace, name, traits, member names, member schemas, count of required ones. */
type StructureSchema = readonly [3, string, string, unknown, readonly string[], readonly unknown[], number?];
const exported: Readonly<Record<string, unknown>> = sdk;
const schemas = Object.entries(exported).filter(([name]) => name.endsWith('$'));
const sdkOperations = schemas.flatMap(([, schema]) =>
  Array.isArray(schema) && schema[0] === 9 ? [schema[2] as string] : [],
);
const sdkStructures = schemas.flatMap(([, schema]) =>
  Array.isArray(schema) && schema[0] === 3 ? [schema as unknown as StructureSchema] : [],
);

describe('the pinned model', () => {
  it('is the file that was pinned, without prose', () => {
    const pins = JSON.parse(read('PINS.json')) as { contract: string; files: Record<string, string> }[];
    const files = Object.entries(pins.find((each) => each.contract === 'aws-kms')?.files ?? {});
    expect(files).toHaveLength(2);
    for (const [path, digest] of files) {
      expect([path, hash('sha256', read(path))]).toEqual([path, digest]);
      expect(read(path)).not.toMatch(/"(?:documentation|deprecatedMessage|comments|description|title)": /);
    }
  });

  it('has the operations of the SDK, 56 of them', () => {
    expect(Object.keys(INPUTS)).toHaveLength(56);
    expect(Object.keys(INPUTS).toSorted()).toEqual(sdkOperations.toSorted());
  });

  it('has an example only for operations it knows', () => {
    const examples = Object.keys(JSON.parse(read('aws-kms/examples.json')) as object);
    expect(examples.length).toBeGreaterThan(45);
    expect(examples.filter((name) => !(name in INPUTS))).toEqual([]);
  });

  it.each(sdkStructures.map((schema) => [schema[2], schema] as const))(
    'has the members of %s',
    (name, [, , , , members, , required = 0]) => {
      const shape = model.shapes[name];
      expect(Object.keys(shape?.members ?? {}).toSorted()).toEqual(members.toSorted());
      // The SDK marks members of answers as required where botocore does not; what a caller must send is the same.
      const demanded = name.endsWith('Request') ? members.slice(0, required) : (shape?.required ?? []);
      expect([...(shape?.required ?? [])].toSorted()).toEqual(demanded.toSorted());
    },
  );

  const enumerations = Object.entries(model.shapes).filter(([, shape]) => shape.enum);
  it.each(enumerations)('has the values of the enumeration %s', (name, shape) => {
    const values = exported[name];
    expect(values, `${name} in the SDK`).toBeTypeOf('object');
    expect([...(shape.enum ?? [])].toSorted()).toEqual(Object.values(values as Record<string, string>).toSorted());
  });
});
