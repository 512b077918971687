/**
 * Builds the SDK as it is published, a whole package of modules and types: node tools/build-sdk.ts [FOLDER]
 *
 * The folder is sdk/dist where none is named. `npm publish sdk/dist` publishes it.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const sdk = join(root, 'sdk');

/** Builds into a folder, in place of what is in it. @throws {Error} the sources have an error */
export function buildSdk(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['--project', join(sdk, 'tsconfig.build.json'), '--outDir', folder], { stdio: 'inherit' });
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.d.ts'))) {
    const path = join(folder, name);
    writeFileSync(path, withModules(readFileSync(path, 'utf8')));
  }
  copyFileSync(join(sdk, 'README.md'), join(folder, 'README.md'));
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  // The sources are no package: `npm publish sdk` is refused, what is built is not.
  const { private: _, ...own } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8')) as { private: true };
  const published = {
    ...own,
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    sideEffects: false,
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
}

/** Types name the modules beside them, as the modules themselves do: not sources, which are not published. */
function withModules(types: string): string {
  return types.replaceAll(/(\bfrom '\.\/[\w.-]+)\.ts'/g, "$1.js'");
}

if (import.meta.main) buildSdk(resolve(process.argv[2] ?? join(sdk, 'dist')));
