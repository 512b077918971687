import type { KeysteadClient } from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import { CREDENTIAL_SETTINGS } from './vault-credentials.ts';
import { STORAGE_OPTIONS, storageFrom } from './vault-storage.ts';

type NewBucket = Parameters<KeysteadClient['createBucket']>[0];

export const VAULT_BUCKET_COMMANDS: readonly CliCommand[] = [
  {
    path: 'vault bucket create',
    summary: 'Makes a bucket for backups, with versions or object lock',
    reach: 'remote',
    requiredOptions: [['--region <name>', 'where the bucket is to be: the region of the master key']],
    options: [
      ...STORAGE_OPTIONS,
      ['--versioned', 'keep versions; with --object-lock it always does'],
      ['--root-key <crn>', 'ibm-cos: a root key of Key Protect that encrypts once more at rest'],
      ['--storage-class <name>', 'ibm-cos: smart, standard, vault or cold (smart)'],
    ],
    settings: CREDENTIAL_SETTINGS,
    examples: [
      'vault bucket create --storage aws-s3 --bucket production-backups --region us-east-1 --object-lock compliance:30',
    ],
    run: async (session) => {
      const { client, given, output } = session;
      const [rootKeyCrn, storageClass] = [given.optional('root-key'), given.optional('storage-class')];
      output.item(
        await client().createBucket({
          storage: storageFrom(session),
          ...(given.flag('versioned') && { versioned: true }),
          ...(rootKeyCrn !== undefined && { rootKeyCrn }),
          ...(storageClass !== undefined && { storageClass: storageClass as NonNullable<NewBucket['storageClass']> }),
        }),
      );
    },
  },
];
