import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Below what Linux gives to outgoing connections: nobody takes the port by chance while its server is restarted. */
const [LOWEST, HIGHEST] = [10_000, 32_000];

/** A port of this machine that nobody listens on, for a server that must keep its port, or that cannot choose one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
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
