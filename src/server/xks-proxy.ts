import type { Config } from '../config/config.ts';
import { startServer, type RunningServer } from '../http/server.ts';
import type { Route } from '../http/route.ts';

/**
 * Listens for the AWS KMS that uses keys of this installation. The listener is one of its own: what AWS can reach is
 * the proxy, and neither the API of keys nor the administration.
 *
 * @throws {Error} what {@link startServer} throws
 */
export async function startXksProxy(
  { xks: settings, proxies }: Pick<Config, 'xks' | 'proxies'>,
  routes: readonly Route[],
  onFault: (error: unknown, requestId?: string) => void,
): Promise<RunningServer | undefined> {
  if (settings === undefined) return undefined;
  const { listen, clientCertificates } = settings;
  const { host, port, tls } = listen;
  return startServer({
    host,
    port,
    routes,
    onFault,
    ...(tls && { tls }),
    ...(proxies && { proxies }),
    ...(clientCertificates && { clientCertificates }),
  });
}
