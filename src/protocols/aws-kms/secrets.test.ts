import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wipeSecrets } from './secrets.ts';

interface Model {
  readonly operations: { readonly [name: string]: { readonly output?: { readonly shape: string } } };
  readonly shapes: {
    readonly [name: string]: {
      readonly type: string;
      readonly sensitive?: boolean;
      readonly members?: { readonly [name: string]: { readonly shape: string } };
    };
  };
}

const path = join(import.meta.dirname, '../../../contracts/aws-kms/model.json');
const { operations, shapes } = JSON.parse(readFileSync(path, 'utf8')) as Model;

/** Every member of an answer that the model calls sensitive. A public key has the same shape there, and is none. */
const SENSITIVE = Object.entries(operations).flatMap(([operation, { output }]) =>
  Object.entries(shapes[output?.shape ?? '']?.members ?? {}).flatMap(([member, { shape }]) =>
    shapes[shape]?.sensitive === true && member !== 'PublicKey' ? [[operation, member] as const] : [],
  ),
);

it('finds what the model calls sensitive', () => expect(SENSITIVE.length).toBeGreaterThan(4));

it.each(SENSITIVE)('%s: %s is wiped once it is sent', (_, member) => {
  const output = { [member]: Buffer.from('secret'), KeyId: 'k', PublicKey: Buffer.from('public') };
  wipeSecrets(output);
  expect(output).toEqual({ [member]: Buffer.alloc(6), KeyId: 'k', PublicKey: Buffer.from('public') });
});

it('wipes nothing where there is no answer', () => {
  expect(() => wipeSecrets(undefined)).not.toThrow();
  expect(() => wipeSecrets({ Plaintext: undefined })).not.toThrow();
});
