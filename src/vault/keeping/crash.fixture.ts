import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FixtureMasterKey } from '../master-keys/master-key.fixture.ts';
import { openRepository } from '../repository.ts';
import { FolderTarget } from '../targets/folder.ts';
import { empty } from './empty.ts';
import { forget } from './forget.ts';
import { maintain } from './maintain.ts';
import { retire } from './retire.ts';

// A process of its own that a test kills: `crash.fixture.ts maintain|retire|forget|empty <folder> [data key or snapshot id]`.
const [action, folder = '', what = ''] = process.argv.slice(2);
const repository = await openRepository(new FolderTarget(join(folder, 'store')), {
  masterKeys: [new FixtureMasterKey('crash', Buffer.alloc(32, 9))],
  writerKey: createPrivateKey(readFileSync(join(folder, 'writer.pem'))),
  // What half a vault is missing would seem to be rolled back.
  ...(action !== 'empty' && { cacheFolder: join(folder, 'cache') }),
});
const rulesOf = () => ({ last: 2, timeZone: 'UTC', trashDays: 0 });
const times = { graceMs: 0, unfinishedMs: 0 };
if (action === 'maintain') await maintain({ repository, rulesOf, times });
else if (action === 'empty') await empty({ repository });
else if (action === 'retire') await retire({ repository, rulesOf, key: what });
else await forget({ repository, rulesOf, what: { snapshots: [what] } });
repository.close();
