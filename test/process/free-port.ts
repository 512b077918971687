import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

type Range = readonly [lowest: number, highest: number];

const ALL: Range = [1_025, 65_535];
/** As many as it takes that nobody finds the port of another by chance. */
const ENOUGH = 2_000;

/** Ports that this machine gives to no outgoing connection: nobody takes one by chance while its server is restarted. */
function keptApart(): Range {
  const [low = 32_768, high = 60_999] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  const sides: readonly Range[] = [
    [Math.max(ALL[0], Math.min(10_000, low - ENOUGH)), low - 1],
    [high + 1, ALL[1]],
  ];
  return sides.find(([lowest, highest]) => highest - lowest >= ENOUGH) ?? ALL;
}

const [LOWEST, HIGHEST] = keptApart();

/** A port of this machine that nobody listens on, for a server that must keep its port, or that cannot choose one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      await wait(1);
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
