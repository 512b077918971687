import { createWords } from './create-words.ts';
import type { EnvironmentForm } from './environment-form.ts';

const ARGUMENTS = 4;

/** The command that brings an environment back. Secrets are no part of it: they come from variables. */
export function importWords(from: EnvironmentForm, wanted: EnvironmentForm, writerId: string): readonly string[] {
  const words = createWords(wanted);
  return [
    'vault',
    'environment',
    'import',
    ...words.slice(ARGUMENTS - 1, ARGUMENTS),
    ...placeOf(from, wanted),
    ...(writerId === '' ? [] : ['--writer', writerId]),
    ...words.slice(ARGUMENTS),
  ];
}

function placeOf(from: EnvironmentForm, wanted: EnvironmentForm): readonly string[] {
  if (from.type === 'folder') return ['--from-path', from.path.trim() || '/srv/vaults/production'];
  const isAlike =
    !wanted.isHosted && from.type === wanted.type && from.storageEndpoint.trim() === wanted.storageEndpoint.trim();
  // The line has one address and one pair of credentials: another store is described by a file.
  if (!isAlike) return ['--from-storage', 'from.json'];
  const prefix = from.prefix.trim();
  return [
    '--from-bucket',
    from.bucketName.trim() || 'acme-backups',
    ...(prefix === '' ? [] : ['--from-prefix', prefix]),
  ];
}
