import { originOf, verifierKey } from '../audit/checkpoint.ts';
import { LogReader } from '../audit/log-reader.ts';
import { CHECKPOINT_PATH } from '../audit/tile.ts';
import type { AuditReader } from '../protocols/admin/services.ts';
import { TileFolders } from '../store/tile-folder.ts';
import { exportLines, placesOf } from './audit-export.ts';
import type { Signer } from './signer-file.ts';
import { dataPaths } from './unsealed.ts';

/** Reads the newest checkpoints from the log's own files. */
export function checkpointsOf(dataFolder: string, { origin, publicKey }: Signer): AuditReader {
  const paths = dataPaths(dataFolder);
  const folders = new TileFolders(paths.audit);
  return {
    checkpoint(log) {
      const note = folders.of(log).read(CHECKPOINT_PATH);
      return note && Buffer.from(note).toString('utf8');
    },
    reader: (log) => new LogReader(folders.of(log)),
    exportLines: async function* (log, format, span) {
      yield* exportLines(new LogReader(folders.of(log)), log, format, span, await placesOf(paths.database));
    },
    verifierKey: (log) => verifierKey(originOf(origin, log), publicKey),
  };
}
