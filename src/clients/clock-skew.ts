/**
 * How far the clock of a service is ahead of ours, in milliseconds, by the `Date` header (RFC 9110, section 6.6.1) of
 * an answer: zero within what the header can tell (whole seconds) and the time that the call took. Undefined where the
 * answer has no such header.
 */
export function clockSkewMs(date: string | undefined, sentMs: number, receivedMs: number): number | undefined {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs)) return undefined;
  if (serverMs + 999 < sentMs) return serverMs + 999 - sentMs;
  return serverMs > receivedMs ? serverMs - receivedMs : 0;
}
