/** A prefix of a bucket, and whose writer it is about. */
export interface AgentPlace {
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  readonly writerId: string;
  /** Whether what is put there is locked. */
  readonly locked: boolean;
  /** Whether the store knows AWS's condition keys: then it also sees to it that nothing is written over. */
  readonly aws: boolean;
}

/**
 * The least that a host needs of a bucket, as statements of a policy without a principal: to put objects of the names
 * that a writer puts, and nothing else. It gets, lists and deletes nothing. First revisions of envelopes alone, and
 * manifests of its own chain alone: docs/spec/backup-format.md, sections 1 and 9.
 */
export function agentStorePolicy({ bucket, prefix, writerId, locked, aws }: AgentPlace): readonly object[] {
  const names = ['packs/*', 'index/*', 'keys/*/00000001.json', `snapshots/${writerId}/*`];
  return [
    {
      Sid: 'KeysteadAgentWrites',
      Effect: 'Allow',
      Action: ['s3:PutObject', ...(locked ? ['s3:PutObjectRetention'] : [])],
      Resource: names.map((name) => `arn:aws:s3:::${bucket}/${prefix}${name}`),
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
      ...(aws && { Condition: { Null: { 's3:if-none-match': 'false' } } }),
    },
    {
      // A store in which who puts an object owns it lets its owner read and delete it, whatever nobody has allowed.
      Sid: 'KeysteadAgentDoesNothingElse',
      Effect: 'Deny',
      Action: [
        's3:GetObject',
        's3:GetObjectVersion',
        's3:GetObjectAcl',
        's3:PutObjectAcl',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:ListBucket',
        's3:ListBucketVersions',
      ],
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/${prefix}*`],
    },
  ];
}
