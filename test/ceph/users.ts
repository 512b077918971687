import type { CephUser } from './ceph.ts';

/** Who there is in the gateway of the tests. Neither sees the buckets of the other. */
export const USERS = {
  first: { id: 'first', accessKeyId: 'FIRSTUSERACCESSKEYID', secretAccessKey: 'the-secret-of-the-first-user' },
  second: { id: 'second', accessKeyId: 'SECONDUSERACCESSKEY0', secretAccessKey: 'the-secret-of-the-second-user' },
} as const satisfies Record<string, CephUser>;
