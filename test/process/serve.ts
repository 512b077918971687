import './shifted-clock.ts';
import { readConfig } from '../../src/config/config.ts';
import { startKeystead } from '../../src/server.ts';

/** A real server as a process of its own, configured by its environment. Says where it listens, then lives until it is killed. */
const quiet = {
  info: () => {},
  warn: () => {},
  error: (fields: object, message: string) =>
    process.stderr.write(`${message} ${JSON.stringify(fields, Object.getOwnPropertyNames)}\n`),
};
const keystead = await startKeystead(readConfig(process.env), quiet);
process.on('SIGTERM', () => void keystead.close().then(() => process.exit(0)));
process.send?.({ url: keystead.url, first: keystead.first });
