import { foldName } from '../access/fold-name.ts';
import type { RequestContext } from '../access/request.ts';

const VALUE = 'kms:encryptioncontext:';

/** What conditions may ask of a use of a key: its encryption context, under the names that AWS gives it. */
export function contextConditions(encryptionContext: ReadonlyMap<string, string>): RequestContext {
  return {
    encryptionContext,
    values(key) {
      if (key === 'kms:encryptioncontextkeys') return [...encryptionContext.keys()];
      if (!key.startsWith(VALUE)) return undefined;
      const name = key.slice(VALUE.length);
      return [...encryptionContext].filter(([one]) => foldName(one) === name).map(([, value]) => value);
    },
  };
}
