import { originOf, verifierKey } from '../audit/checkpoint.ts';
import { CHECKPOINT_PATH } from '../audit/tile.ts';
import type { CheckpointReader } from '../protocols/admin/services.ts';
import { TileFolders } from '../store/tile-folder.ts';
import type { Signer } from './signer-file.ts';
import { dataPaths } from './unsealed.ts';

/** Reads the newest checkpoints from the log's own files. */
export function checkpointsOf(dataFolder: string, { origin, publicKey }: Signer): CheckpointReader {
  const folders = new TileFolders(dataPaths(dataFolder).audit);
  return {
    checkpoint(log) {
      const note = folders.of(log).read(CHECKPOINT_PATH);
      return note && Buffer.from(note).toString('utf8');
    },
    verifierKey: (log) => verifierKey(originOf(origin, log), publicKey),
  };
}
