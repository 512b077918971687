import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isResourceCrn, parseCrnQuery } from './resource-crn.ts';

const HEAD = 'crn:v1:bluemix:public:service:region:a/1:2';
const segment = fc.stringMatching(/^[a-z0-9/._%-]{0,12}$/);

it('a name finds itself, by itself, by each of its beginnings, and by all of its type', () => {
  fc.assert(
    fc.property(segment, segment, fc.nat(12), (type, resource, length) => {
      const crn = `${HEAD}:${type}:${resource}`;
      expect(isResourceCrn(crn)).toBe(true);
      for (const query of [
        crn,
        `${HEAD}:${type}:${resource.slice(0, length)}*`,
        `${HEAD}:*:*`,
        `${HEAD}:*:${resource}`,
      ])
        expect(parseCrnQuery(query)?.(crn)).toBe(true);
      expect(parseCrnQuery(`${HEAD}:${type}:${resource}x*`)?.(crn)).toBe(false);
      expect(parseCrnQuery(`${HEAD}3:${type}:${resource}*`)?.(crn)).toBe(false);
    }),
  );
});
