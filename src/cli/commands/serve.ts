import { once } from 'node:events';
import type { CliCommand, Session } from '../command.ts';
import { showFirstCredentials } from './init.ts';

export const serveCommand: CliCommand = {
  path: 'serve',
  summary: 'Starts the server; on the first start it makes the installation and shows its first credentials, once',
  reach: 'data',
  options: [
    [
      '--listen <url>',
      'http://HOST:PORT on loopback, https://HOST:PORT anywhere (KEYSTEAD_LISTEN; http://localhost:8420)',
    ],
    ['--tls-cert <file>', 'certificate chain in PEM, for https; read again when it changes (KEYSTEAD_TLS_CERT)'],
    ['--tls-key <file>', 'private key in PEM, for https (KEYSTEAD_TLS_KEY)'],
    ['--region <name>', 'the region that the first start makes (KEYSTEAD_REGION; us-east-1)'],
  ],
  examples: ['serve', 'serve --data /var/lib/keystead --seal /etc/keystead/seal --region eu-central-1'],
  run: serve,
};

async function serve(session: Session): Promise<void> {
  const config = session.config();
  const [{ startKeystead }, { pino }] = await Promise.all([import('../../server.ts'), import('pino')]);
  // Written at once: what a server says last, when it dies, must not be lost in a buffer.
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 1, sync: true }));
  const signal = firstSignal();
  const server = await startKeystead(config, log);
  // Not in the log: logs are kept.
  if (server.first) showFirstCredentials(session.host.stderr, { url: server.url, ...server.first });
  const name = await signal;
  log.info({ signal: name }, 'closing');
  await server.close();
}

/** Resolves at the first signal to end. A second one ends the process at once, as if nobody listened. */
async function firstSignal(): Promise<string> {
  const ended = new AbortController();
  const options = { signal: ended.signal };
  const wait = (name: 'SIGINT' | 'SIGTERM') => once(process, name, options).then(() => name);
  try {
    return await Promise.race([wait('SIGINT'), wait('SIGTERM')]);
  } finally {
    ended.abort();
  }
}
