/**
 * Pins the AWS KMS contract: node tools/pin-aws-kms.ts <model.json> <examples.json> <version> <date>
 *
 * Takes the service model (botocore's form) and the request and answer examples, leaves every prose member out, and
 * writes `contracts/aws-kms/*.json` and their row of `contracts/PINS.json`. From then on those files are the contract;
 * the generators read nothing else.
 */
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { argv, exit } from 'node:process';

const PROSE = new Set(['documentation', 'documentationUrl', 'deprecatedMessage', 'x-sdk-diff', 'x-source']);
const EXAMPLE_MEMBERS = ['id', 'input', 'output'];
const PINS = 'contracts/PINS.json';

interface Pin {
  readonly contract: string;
  readonly source: string;
  readonly version: string;
  readonly pinned: string;
  readonly files: Readonly<Record<string, string>>;
}

const [, , modelPath, examplesPath, version, pinned] = argv;
if (!modelPath || !examplesPath || !version || !pinned) {
  console.error('usage: node tools/pin-aws-kms.ts <model.json> <examples.json> <version> <date>');
  exit(2);
}

const model: unknown = JSON.parse(readFileSync(modelPath, 'utf8'), withoutProse);
const examples = JSON.parse(readFileSync(examplesPath, 'utf8')) as Record<string, Record<string, unknown>[]>;
const bareExamples = Object.fromEntries(
  Object.entries(examples).map(([operation, cases]) => [
    operation,
    cases.map((each) =>
      Object.fromEntries(EXAMPLE_MEMBERS.filter((name) => name in each).map((name) => [name, each[name]])),
    ),
  ]),
);

const pin: Pin = {
  contract: 'aws-kms',
  source:
    'https://pypi.org/project/botocore (kms/2014-11-01/service-2.json, examples-1.json); https://www.npmjs.com/package/@aws-sdk/client-kms (shapes marked x-sdk-only)',
  version,
  pinned,
  files: {
    'aws-kms/model.json': write('contracts/aws-kms/model.json', model),
    'aws-kms/examples.json': write('contracts/aws-kms/examples.json', bareExamples),
  },
};
const others = readPins().filter((each) => each.contract !== pin.contract);
write(
  PINS,
  [...others, pin].toSorted((a, b) => (a.contract < b.contract ? -1 : 1)),
);

/** A structure's member may be called `documentation`; only a string under such a name is prose. */
function withoutProse(this: unknown, name: string, value: unknown): unknown {
  return PROSE.has(name) && (typeof value === 'string' || name.startsWith('x-')) ? undefined : value;
}

function write(path: string, value: unknown): string {
  const text = `${JSON.stringify(value, null, 1)}\n`;
  writeFileSync(path, text);
  return hash('sha256', text);
}

function readPins(): Pin[] {
  try {
    return JSON.parse(readFileSync(PINS, 'utf8')) as Pin[];
  } catch {
    return [];
  }
}
