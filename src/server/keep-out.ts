import type { Config } from '../config/config.ts';

/** The server's own secrets and records: what no path that a tenant names may hold or lie in. Absolute paths. */
export function keepOut({ dataFolder, sealFile, witnessFolders, listen, hosted }: Config): readonly string[] {
  const others = [...(listen.tls ? [listen.tls.keyPath] : []), ...(hosted ? [hosted.place] : [])];
  return [dataFolder, sealFile, ...witnessFolders, ...others];
}
