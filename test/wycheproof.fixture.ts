import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/**
 * The vectors of C2SP Wycheproof against the primitives as this project calls them. They are not part of the project:
 * KEYSTEAD_WYCHEPROOF names the folder that holds them (testvectors_v1 of github.com/C2SP/wycheproof).
 */
const folder = process.env['KEYSTEAD_WYCHEPROOF'];
const isThere = folder !== undefined && existsSync(join(folder, 'aes_gcm.json'));

if (!isThere) {
  process.stderr.write(
    `NOT RUN: no Wycheproof vector was tried. Set KEYSTEAD_WYCHEPROOF to the folder testvectors_v1 of github.com/C2SP/wycheproof${
      folder === undefined ? '' : ` (${folder} has no aes_gcm.json)`
    }\n`,
  );
}

export type Group = { readonly [field: string]: unknown } & { readonly tests: readonly Vector[] };

/** Bytes are hexadecimal. A file has the fields of its kind. */
export type Vector = { readonly [field: string]: string } & {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly comment?: string;
  readonly flags: readonly string[];
};

/** What the primitive made of a vector. To give out anything but the right answer is never right. */
export type Outcome = 'refused' | 'right' | 'wrong';

export interface Suite {
  readonly file: string;
  /** What tells it from another suite of the same file. */
  readonly by?: string;
  /** Why this vector cannot be tried here, if so. */
  readonly skip?: (vector: Vector, group: Group) => string | undefined;
  /** Whether a vector that is valid for its own algorithm must be refused here. */
  readonly mustRefuse?: (vector: Vector) => boolean;
  readonly outcome: (vector: Vector, group: Group) => Outcome | Promise<Outcome>;
}

const FITTING: Record<Vector['result'], readonly Outcome[]> = {
  valid: ['right'],
  invalid: ['refused'],
  acceptable: ['right', 'refused'],
};

/** Tries every vector of every suite. `prepare` belongs to all of them. */
export function describeSuites(name: string, suites: readonly Suite[], prepare: () => void = () => {}): void {
  describe.skipIf(!isThere)(`Wycheproof: ${name}`, () => {
    prepare();
    let triedInAll = 0;
    let skippedInAll = 0;
    const report = new Set<string>();

    afterAll(() => {
      process.stdout.write(
        `Wycheproof: ${name}: ${triedInAll} vectors tried, ${skippedInAll} skipped (${[...report].join('; ')})\n`,
      );
    });

    it.each(suites.map((suite) => ({ suite, title: [suite.file, suite.by].filter(Boolean).join(' by ') })))(
      '$title',
      async ({ suite }) => {
        const text = readFileSync(join(folder as string, `${suite.file}.json`), 'utf8');
        const { numberOfTests, testGroups } = JSON.parse(text) as { numberOfTests: number; testGroups: Group[] };
        const wrong: string[] = [];
        let tried = 0;
        let skipped = 0;
        for (const group of testGroups) {
          for (const vector of group.tests) {
            const reason = suite.skip?.(vector, group);
            if (reason !== undefined) {
              skipped++;
              report.add(`${suite.file}: ${reason}`);
              continue;
            }
            tried++;
            const outcome = await suite.outcome(vector, group);
            const result = suite.mustRefuse?.(vector) === true ? 'invalid' : vector.result;
            if (!FITTING[result].includes(outcome)) {
              wrong.push(`${vector.tcId} (${vector.comment}): is ${result}, was ${outcome}`);
            }
          }
        }
        expect(wrong).toEqual([]);
        expect(tried).toBeGreaterThan(0);
        expect(tried + skipped).toBe(numberOfTests);
        triedInAll += tried;
        skippedInAll += skipped;
      },
    );
  });
}

export function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

export function compare(found: Uint8Array | undefined, expected: string | undefined): Outcome {
  if (found === undefined) return 'refused';
  return Buffer.from(found).toString('hex') === expected ? 'right' : 'wrong';
}

/** Hexadecimal, or nothing where the field is not there. */
export function hex(text: unknown): Buffer {
  return Buffer.from(typeof text === 'string' ? text : '', 'hex');
}
