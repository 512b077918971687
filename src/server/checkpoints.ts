import { originOf, verifierKey } from '../audit/checkpoint.ts';
import { LogReader } from '../audit/log-reader.ts';
import { CHECKPOINT_PATH } from '../audit/tile.ts';
import type { AuditReader } from '../protocols/admin/services.ts';
import { TileFolders } from '../store/tile-folder.ts';
import type { Signer } from './signer-file.ts';
import { dataPaths } from './unsealed.ts';

/** Reads the newest checkpoints from the log's own files. */
export function checkpointsOf(dataFolder: string, { origin, publicKey }: Signer): AuditReader {
  const folders = new TileFolders(dataPaths(dataFolder).audit);
  return {
    checkpoint(log) {
      const note = folders.of(log).read(CHECKPOINT_PATH);
      return note && Buffer.from(note).toString('utf8');
    },
    reader: (log) => new LogReader(folders.of(log)),
    verifierKey: (log) => verifierKey(originOf(origin, log), publicKey),
  };
}
