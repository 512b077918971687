import type { Pace } from './pace.ts';
import type { Target } from './target.ts';
import { wrap } from './wrap.ts';

/**
 * A target that takes and gives no more bytes than a pace lets through. Objects go whole, each when the ones before it
 * have had their time; an {@link S3Target} paces the bytes themselves and needs no such wrapping.
 */
export function limited(target: Target, pace: Pace): Target {
  const paced = async (bytes: Promise<Buffer>): Promise<Buffer> => {
    const read = await bytes;
    await pace.take(read.length);
    return read;
  };
  return wrap(target, {
    put: async (name, bytes) => {
      await pace.take(bytes.length);
      await target.put(name, bytes);
    },
    get: async (name, atMost) => await paced(target.get(name, atMost)),
    getRange: async (name, offset, length) => await paced(target.getRange(name, offset, length)),
  });
}
