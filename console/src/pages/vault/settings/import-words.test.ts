import { describe, expect, it } from 'vitest';
import { environmentForm, type EnvironmentForm } from './environment-form.ts';
import { importWords } from './import-words.ts';

const form = (part: Partial<EnvironmentForm> = {}): EnvironmentForm => ({ ...environmentForm('us-east-1'), ...part });
const bucket = (part: Partial<EnvironmentForm> = {}) =>
  form({ type: 's3-compatible', bucketName: 'kept', storageEndpoint: 'https://s3.example.com', ...part });

describe('the command that brings an environment back', () => {
  it.each([
    ['a folder', form({ path: '/srv/kept' }), form({ path: '/srv/new' }), '--from-path /srv/kept'],
    ['a bucket of the same store', bucket({ prefix: 'a/' }), bucket(), '--from-bucket kept --from-prefix a/'],
    [
      'a bucket of another store',
      bucket(),
      bucket({ storageEndpoint: 'https://b.example.com' }),
      '--from-storage from.json',
    ],
    ['a bucket, into a folder', bucket(), form({ path: '/srv/new' }), '--from-storage from.json'],
    ['a bucket, into the hosted store', bucket(), bucket({ isHosted: true }), '--from-storage from.json'],
  ])('from %s', (_, from, wanted, place) => {
    const line = importWords(from, { ...wanted, label: 'back' }, 'a'.repeat(32)).join(' ');
    expect(line).toContain(`vault environment import back ${place} --writer ${'a'.repeat(32)} --storage`);
    expect(line).toContain('--region us-east-1');
  });
});
