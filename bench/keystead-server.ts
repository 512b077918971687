import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config/config.ts';
import { startKeystead } from '../src/server.ts';

/** A real server on a real disk, as a process of its own: what the load generator uses up is not counted. */
const folder = mkdtempSync(join(process.env['KEYSTEAD_BENCH_DIR'] ?? tmpdir(), 'keystead-bench-'));
const config = readConfig({
  KEYSTEAD_LISTEN: 'http://127.0.0.1:0',
  KEYSTEAD_DATA: join(folder, 'data'),
  KEYSTEAD_SEAL: join(folder, 'seal', 'keystead.seal'),
  KEYSTEAD_XKS_LISTEN: process.env['KEYSTEAD_XKS_LISTEN'],
});
const silent = {
  info: () => {},
  warn: () => {},
  error: (fields: object, message: string) => console.error(message, fields),
};
const keystead = await startKeystead(config, silent);
process.send?.({ url: keystead.url, xksUrl: keystead.xksUrl, first: keystead.first, folder });
process.on('message', () =>
  process.send?.({ cpu: process.cpuUsage(), loop: process.threadCpuUsage(), memory: process.memoryUsage().rss }),
);
process.on('disconnect', () => void keystead.close().then(() => process.exit(0)));
