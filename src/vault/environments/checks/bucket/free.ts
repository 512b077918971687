import { DESCRIPTOR_NAME } from '../../../format/descriptor.ts';
import { call } from '../../../targets/s3/call.ts';
import { plainKey } from '../../../targets/s3/versions.ts';
import { failed, passed, type Finding } from '../check.ts';
import { type CheckedBucket } from './checked-bucket.ts';
import { PROBES } from '../../../targets/object-name.ts';

/** So many probes of other looks may lie there. */
const ENOUGH = 200;

/** Whether nobody else has put anything below the prefix. */
export async function checkFree({ place, target, hasVault }: CheckedBucket): Promise<Finding> {
  const where = place.prefix === '' ? `the bucket ${place.bucket}` : `the prefix ${place.prefix}`;
  const { Contents = [] } = await call(target.connection, 'listed', where, async ({ sdk, client }) => {
    const input = { Bucket: place.bucket, Prefix: place.prefix, MaxKeys: ENOUGH, EncodingType: 'url' } as const;
    return await client.send(new sdk.ListObjectsV2Command(input));
  });
  const names = Contents.map(({ Key = '' }) => plainKey(Key).slice(place.prefix.length));
  const others = names.filter((name) => name !== '' && !name.startsWith(PROBES));
  const [first] = others;
  if (first === undefined) return passed(`there is nothing in ${where} yet`);
  if (hasVault) return passed(`in ${where} lies this environment's vault`);
  const isVault = others.includes(DESCRIPTOR_NAME);
  const what = isVault ? `In ${where} lies a vault already` : `In ${where} lies something already: ${first}`;
  return failed(`${what}. Choose another prefix or bucket${isVault ? ', or import the vault' : ''}.`);
}
