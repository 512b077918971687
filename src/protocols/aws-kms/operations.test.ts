import { expect, it } from 'vitest';
import { INPUTS } from './model.gen.ts';
import { notImplemented } from './operation.ts';
import { OPERATIONS } from './operations.ts';

it('has a row for every operation of the model and no other', () => {
  expect(Object.keys(OPERATIONS).toSorted()).toEqual(Object.keys(INPUTS).toSorted());
});

it('says of an operation that is not there that it is not there, and where to look', () => {
  const error = notImplemented('EnableKeyRotation');
  expect(error).toMatchObject({ type: 'UnsupportedOperationException', status: 400 });
  expect(error.text).toMatch(/does not implement EnableKeyRotation yet.*docs\/guide\/compatibility\.md/);
});
