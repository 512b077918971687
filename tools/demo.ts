/**
 * The main job on real input, end to end, with real parts: a server of its own, the official AWS SDK, the admin API.
 * Ends with exit code 0 only if every step really happened.
 *
 * npm run demo -- [--source DIR]... [--data DIR] [--restore-to DIR] [--json]
 */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { prepareStage } from './demo/stage.ts';
import { Narrator } from './demo/narrator.ts';
import { STEPS } from './demo/steps.ts';

const USAGE = `npm run demo -- [options]

  --source DIR       what to back up (may be given again; default: this project's docs and src)
  --data DIR         where the server and the backups live; kept (default: a temporary folder, removed)
  --restore-to DIR   where it is restored to; kept (default: a temporary folder, removed)
  --json             one JSON line per step
`;

/** Ends before anything happened, with a sentence for a person. */
function refuse(error: unknown): never {
  process.stderr.write(`Error: ${(error as Error).message}.\nRun "npm run demo -- --help" to see the options.\n`);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        source: { type: 'string', multiple: true },
        data: { type: 'string' },
        'restore-to': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse(error);
  }
}

const { values } = readOptions();
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const project = resolve(import.meta.dirname, '..');
const narrator = new Narrator(values.json, STEPS.length);
const stage = await prepareStage({
  sources: (values.source ?? [resolve(project, 'docs'), resolve(project, 'src')]).map((path) => resolve(path)),
  dataFolder: values.data === undefined ? undefined : resolve(values.data),
  restoreFolder: values['restore-to'] === undefined ? undefined : resolve(values['restore-to']),
  narrator,
}).catch(refuse);
// A terminal sends a signal to the server as well, a service manager to this process alone: both are cleared up after.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    narrator.stopped();
    void stage.clear().then(() => process.exit(130));
  });
}

let failed = false;
try {
  for (const step of STEPS) await narrator.step(step.title, () => step.run(stage));
  narrator.end();
} catch (error) {
  failed = true;
  narrator.failed(error);
} finally {
  await stage.clear();
}
process.exitCode = failed ? 1 : 0;
