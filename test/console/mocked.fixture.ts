import { join } from 'node:path';
import { createServer } from 'vite';

/** The console over made-up data, as `npm run dev` shows it. */
export interface MockedConsole {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function mockedConsole(): Promise<MockedConsole> {
  const root = join(import.meta.dirname, '..', '..', 'console');
  const vite = await createServer({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    cacheDir: join(root, '..', 'node_modules', '.vite-test'),
    server: { port: 0, host: '127.0.0.1' },
  });
  // Else a connection that was left idle for long may be hung up just when the next request is sent on it.
  if (vite.httpServer && 'keepAliveTimeout' in vite.httpServer) vite.httpServer.keepAliveTimeout = 0;
  await vite.listen();
  const [place] = vite.resolvedUrls?.local ?? [];
  return { url: (place as string).replace(/\/console\/$/, ''), close: () => vite.close() };
}
