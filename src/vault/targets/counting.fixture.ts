import type { Target } from './target.ts';
import { wrap } from './wrap.ts';

/** What went to a store and came from it. Calls that failed are not in it. */
export interface Traffic {
  puts: number;
  putBytes: number;
  gets: number;
  getBytes: number;
  deletes: number;
}

/** A target that counts what goes through it. */
export function counting(target: Target): { readonly target: Target; readonly traffic: Readonly<Traffic> } {
  const traffic: Traffic = { puts: 0, putBytes: 0, gets: 0, getBytes: 0, deletes: 0 };
  const counted = async (bytes: Promise<Buffer>): Promise<Buffer> => {
    const read = await bytes;
    traffic.gets++;
    traffic.getBytes += read.length;
    return read;
  };
  return {
    traffic,
    target: wrap(target, {
      put: async (name, bytes) => {
        await target.put(name, bytes);
        traffic.puts++;
        traffic.putBytes += bytes.length;
      },
      get: async (name, atMost) => await counted(target.get(name, atMost)),
      getRange: async (name, offset, length) => await counted(target.getRange(name, offset, length)),
      delete: async (name) => {
        await target.delete(name);
        traffic.deletes++;
      },
    }),
  };
}
