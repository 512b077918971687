import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { adminHouse, REGION_NAME, type AdminHouse } from '../admin.fixture.ts';
import { keysPart } from './keys-part.ts';
import type { PartContext } from './part.ts';

/** With the time of a request that is over after the first lot of keys. */
describe('keys that are too many to be counted for each answer', () => {
  let house: AdminHouse;
  let administrator: string;
  const MINUTE_MS = 60_000;

  beforeAll(async () => {
    house = await adminHouse();
    administrator = (await house.member(['administrator'])).apiKey;
    for (let n = 0; n < 3; n++) await make();
  });
  afterAll(() => house.close());

  const make = () => house.send(administrator, 'POST', `/regions/${REGION_NAME}/keys`, {});
  const read = (nowMs: number) =>
    keysPart.read({
      services: house.services,
      proof: { tenant: house.tenant },
      nowMs,
      goOn: async () => false,
    } as unknown as PartContext);

  it('are told as at least so many, then as they were counted last, and when that was', async () => {
    const beginMs = house.services.clock();
    expect(await read(beginMs)).toMatchObject({ isAtLeast: true });
    const counted = await vi.waitFor(
      async () => {
        const said = await read(beginMs + MINUTE_MS);
        expect(said).toMatchObject({ isAtLeast: false, count: 3, states: [{ state: 'enabled', count: 3 }] });
        return said;
      },
      { timeout: 120_000 },
    );
    expect(new Date(counted.countedAt as string).getTime()).toBeGreaterThanOrEqual(Math.floor(beginMs / 1_000) * 1_000);
    await make();
    // The look that goes on beside the requests finds what was made meanwhile.
    await vi.waitFor(async () => expect(await read(beginMs + 2 * MINUTE_MS)).toMatchObject({ count: 4 }), {
      timeout: 120_000,
    });
    // What was counted long ago is told no more.
    expect(await read(beginMs + 60 * MINUTE_MS)).toMatchObject({ isAtLeast: true });
  });
});
