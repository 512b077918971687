/** What is looked at before an environment is used, in words. */
const CHECKS: Readonly<Record<string, string>> = {
  'storage-reachable': 'The bucket can be reached',
  'storage-clock': "The storage's clock agrees",
  'storage-region': 'The bucket is in the region',
  'storage-objects': 'What is put comes back',
  'storage-create-only': 'Nothing is written over',
  'storage-lock': 'Object lock holds',
  'storage-versioning': 'Versions are kept',
  'storage-hidden': 'Nothing is hidden',
  'storage-free': 'The place is free',
  'storage-public': 'Nobody else can read the bucket',
  'folder-writable': 'The folder can be written',
  'folder-create-only': 'Nothing is written over',
  'folder-free': 'The place is free',
  'folder-room': 'There is room',
  'folder-kind': 'The file system does what is needed',
  region: 'Region matches the key',
  'key-state': 'The master key is enabled',
  clock: "The key service's clock agrees",
  'key-kind': 'The key is of the right kind',
  'key-use': 'It makes a data key and opens it',
  'key-context': 'It refuses another context',
  'key-registration': 'The key is registered as used',
};

export function checkName(check: string): string {
  return CHECKS[check] ?? check;
}
