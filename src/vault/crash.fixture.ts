import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from './backup/backup.ts';
import { FixtureMasterKey } from './master-keys/master-key.fixture.ts';
import { openRepository } from './repository.ts';
import { restore } from './restore/restore.ts';
import { FolderSource } from './sources/folder.ts';
import { FolderTarget } from './targets/folder.ts';

// A process of its own that a test kills: `crash.fixture.ts backup|restore <folder> [snapshot id]`.
const [action, folder = '', snapshotId = ''] = process.argv.slice(2);
const repository = await openRepository(new FolderTarget(join(folder, 'store')), {
  masterKeys: [new FixtureMasterKey('crash', Buffer.alloc(32, 9))],
  writerKey: createPrivateKey(readFileSync(join(folder, 'writer.pem'))),
  cacheFolder: join(folder, 'cache'),
});
if (action === 'backup') {
  const report = await backup({ repository, source: new FolderSource(join(folder, 'source'), 'source'), threads: 1 });
  process.stdout.write(report.snapshotId);
} else await restore({ repository, snapshotId, to: join(folder, 'restored'), conflict: 'overwrite', threads: 1 });
repository.close();
