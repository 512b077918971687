// A process that writes until it is killed. It prints what was acknowledged, a line each.
import { createPrivateKey } from 'node:crypto';
import { writeSync } from 'node:fs';
import { change, draft, record } from '../records/writes.fixture.ts';
import { openStore } from './sqlite.ts';

const [path = '', folder = '', witness = '', pem = ''] = process.argv.slice(2);
const store = await openStore({
  path,
  reserveBytes: 65_536,
  sequenceEveryMs: 5,
  audit: { folder, witnesses: [witness], origin: 'keystead.test', signer: createPrivateKey(pem) },
});
/** Says a line at once: nothing may wait in this process when it is killed. A pipe that is full is tried again. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
const start = (await store.listAll('key')).length;
for (let n = start; ; n++) {
  const acts = [
    store.commit(change([{ put: record(`k${n}`) }])).then(() => say(`record k${n}`)),
    ...Array.from({ length: 5 }, (_, i) =>
      store.record(draft('t1', { requestId: `use-${n}-${i}` })).then(() => say(`use use-${n}-${i}`)),
    ),
  ];
  await Promise.all(acts);
}
