/**
 * Writes every generated file of the project: node tools/generate.ts
 * With `--check` it writes nothing and fails when a file is not what its generator would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { argv, exit } from 'node:process';
import { actionNames } from './generate-action-names.ts';
import { awsKmsModel } from './generate-aws-kms-model.ts';
import { accessGuide } from './generate-access-guide.ts';
import { cliGuide } from './generate-cli-guide.ts';
import { completion } from './generate-completion.ts';
import { openApi } from './generate-openapi.ts';
import { rolesGuide } from './generate-roles-guide.ts';
import { sdkClient } from './generate-sdk.ts';
import { compatibility } from './generate-compatibility.ts';
import type { Generator } from './generator.ts';
import { vectors } from './make-vectors.ts';

const GENERATORS: readonly Generator[] = [
  awsKmsModel,
  actionNames,
  compatibility,
  vectors,
  openApi,
  sdkClient,
  cliGuide,
  completion,
  accessGuide,
  rolesGuide,
];

const root = resolve(import.meta.dirname, '..');
const onlyCheck = argv.includes('--check');
let stale = 0;

for (const generator of GENERATORS) {
  for (const { path, text } of await generator.generate()) {
    const file = resolve(root, path);
    if (contentsOf(file) === text) continue;
    stale++;
    if (onlyCheck) console.error(`${path} is stale (${generator.name}); run 'npm run generate' and commit the result`);
    else writeFileSync(file, text);
  }
}
if (onlyCheck && stale > 0) exit(1);

function contentsOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
