import { SETTINGS } from '../../config/config.ts';
import type { CliCommand, Row, Session } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { showFirstCredentials } from './init.ts';

/** Every setting with its default, where this is a value. */
export const SETTING_ROWS: readonly Row[] = Object.entries(SETTINGS).map(([name, { fallback, about }]) => [
  name,
  fallback === '' ? about : `${about} (${fallback})`,
]);

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
  settings: SETTING_ROWS,
  examples: ['serve', 'serve --data /var/lib/keystead --seal /etc/keystead/seal --region eu-central-1'],
  run: serve,
};

async function serve(session: Session): Promise<void> {
  const config = session.config();
  const [{ startKeystead }, { pino }] = await Promise.all([import('../../server.ts'), import('pino')]);
  // Written at once: what a server says last, when it dies, must not be lost in a buffer.
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 1, sync: true }));
  const signal = firstSignal();
  const { host, output } = session;
  const server = await startKeystead(config, log, (first) => {
    // Not in the log: logs are kept.
    if (output.isJson) host.stderr.write(`${JSON.stringify(first)}\n`);
    else showFirstCredentials(host.stderr, first, config);
  });
  const name = await signal;
  log.info({ signal: name }, 'closing');
  await server.close();
}

/** How long a further signal counts as the same one: a terminal and npm may both hand on one Ctrl-C. */
const SAME_SIGNAL_MS = 1000;

/** Resolves at the first signal to end. A later one ends the process at once. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const hear = (name: string): void => {
      const nowMs = performance.now();
      firstMs ??= nowMs;
      if (nowMs - firstMs > SAME_SIGNAL_MS) process.exit(EXIT_CODES.interrupted.code);
      resolve(name);
    };
    process.on('SIGINT', hear);
    process.on('SIGTERM', hear);
  });
}
