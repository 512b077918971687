import type { EnvironmentForm } from './environment-form.ts';

/** The command that makes the environment of a form. Secrets are no part of it: they come from variables. */
export function createWords(form: EnvironmentForm): readonly string[] {
  const { label, isHosted, type, region, path, bucketName, prefix, storageEndpoint, lock, lockDays } = form;
  const { credentials, roleArn, serverSideKey, encryption, key } = form;
  const storage = isHosted ? 'hosted' : type;
  const isBucket = storage !== 'hosted' && storage !== 'folder';
  const option = (name: string, value: string, isWanted = true): readonly string[] =>
    isWanted && value.trim() !== '' ? [`--${name}`, value.trim()] : [];
  return [
    'vault',
    'environment',
    'create',
    label.trim() || 'production',
    ...option('storage', storage),
    ...option('path', path, storage === 'folder'),
    ...option('bucket', bucketName, isBucket),
    ...option('prefix', prefix, isBucket),
    ...option('storage-endpoint', storageEndpoint, isBucket),
    ...option('role', roleArn, isBucket && credentials === 'role'),
    ...(isBucket && credentials === 'environment' ? ['--server-credentials'] : []),
    ...option('object-lock', `${lock}:${lockDays}`, isBucket && lock !== ''),
    ...option('server-side-key', serverSideKey, isBucket && type !== 'ibm-cos'),
    '--region',
    region.trim() || 'us-east-1',
    '--encryption',
    encryption,
    ...option('key', key.keyId, encryption !== 'AES-256'),
    ...option('key-role', key.roleArn, encryption === 'AWS-KMS' && key.credentials === 'role'),
    ...(encryption === 'AWS-KMS' && key.credentials === 'environment' ? ['--key-server-credentials'] : []),
    ...option('endpoint', key.endpoint, encryption === 'AWS-KMS' || encryption === 'IBM Key Protect'),
    ...option('iam-endpoint', key.iamEndpoint, encryption === 'IBM Key Protect'),
  ];
}
