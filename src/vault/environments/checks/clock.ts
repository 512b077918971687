import { failed, passed, type Finding } from './check.ts';

/** What Signature Version 4 takes: 5 minutes at AWS, 15 elsewhere. Half of the stricter one is time to act. */
const MAX_SKEW_MS = 150_000;

/** What a clock that is `skewMs` ahead of this one means for signed requests. */
export function checkSkew(skewMs: number | undefined): Finding {
  if (skewMs === undefined) return { outcome: 'skipped', what: 'not looked at: the provider has not answered' };
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return passed(`the clocks are ${seconds} s apart`);
  const direction = skewMs > 0 ? 'behind' : 'ahead of';
  return failed(
    `This server's clock is ${seconds} s ${direction} the provider's. Set the clock (NTP): signatures would be refused.`,
  );
}
