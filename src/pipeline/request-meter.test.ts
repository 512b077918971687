import { describe, expect, it } from 'vitest';
import { METERED_MS, RequestMeter } from './request-meter.ts';

const NOON = 1_800_014_400_000;

describe('RequestMeter', () => {
  it('tells of the last minute that is over, by kind and status', () => {
    const meter = new RequestMeter();
    meter.note('i', 'wrap', 200, 4, NOON);
    meter.note('i', 'wrap', 200, 8, NOON + METERED_MS - 1);
    meter.note('i', 'wrap', 410, 1, NOON + 5);
    meter.note('i', 'list', 200, 2, NOON + 5);
    meter.note('other', 'wrap', 200, 100, NOON);
    expect(meter.lastMinute('i', NOON + METERED_MS - 1).gauges).toEqual([]);
    const over = {
      sinceMs: NOON,
      gauges: [
        { api: 'list', status: 200, requests: 1, latencyMs: 2 },
        { api: 'wrap', status: 200, requests: 2, latencyMs: 6 },
        { api: 'wrap', status: 410, requests: 1, latencyMs: 1 },
      ],
    };
    expect(meter.lastMinute('i', NOON + METERED_MS)).toEqual(over);
    // What comes meanwhile belongs to the next minute.
    meter.note('i', 'wrap', 200, 50, NOON + METERED_MS);
    expect(meter.lastMinute('i', NOON + METERED_MS + 1)).toEqual(over);
    expect(meter.lastMinute('i', NOON + 2 * METERED_MS).gauges).toEqual([
      { api: 'wrap', status: 200, requests: 1, latencyMs: 50 },
    ]);
    expect(meter.lastMinute('i', NOON + 3 * METERED_MS)).toEqual({ sinceMs: NOON + 2 * METERED_MS, gauges: [] });
    expect(meter.lastMinute('nobody', NOON).gauges).toEqual([]);
  });

  it('does not mix minutes when the clock is set back', () => {
    const meter = new RequestMeter();
    meter.note('i', 'wrap', 200, 1, NOON + METERED_MS);
    meter.note('i', 'wrap', 200, 1, NOON);
    meter.note('i', 'wrap', 200, 1, NOON + 1);
    expect(meter.lastMinute('i', NOON + METERED_MS).gauges).toMatchObject([{ requests: 2 }]);
  });

  it('keeps a bounded number of instances', () => {
    const meter = new RequestMeter();
    for (let n = 0; n <= 10_000; n++) meter.note(`i${n}`, 'wrap', 200, 1, NOON);
    const requestsOf = (id: string) => meter.lastMinute(id, NOON + METERED_MS).gauges.length;
    expect([requestsOf('i0'), requestsOf('i1'), requestsOf('i10000')]).toEqual([0, 1, 1]);
  });
});
