import { expect, it } from 'vitest';
import { nameInArn } from './name-in-arn.ts';

it.each([
  ['arn:aws:iam::123456789012:user/ada', 'ada'],
  ['arn:aws:iam::123456789012:user/team/ada', 'team/ada'],
  ['arn:aws:iam::123456789012:role/nightly', 'the role nightly'],
  ['arn:aws:sts::123456789012:assumed-role/nightly/backup-42', 'the role nightly/backup-42'],
  ['arn:aws:iam::123456789012:root', 'arn:aws:iam::123456789012:root'],
  ['IBMid-8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10', 'IBMid-8d7f1a52-93c4-4c0e-8a3f-1b6f2f4c9a10'],
  ['schedule', 'schedule'],
])('%s is told as %s', (text, name) => expect(nameInArn(text)).toBe(name));
