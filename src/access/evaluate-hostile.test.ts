import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';
import { Evaluation } from './evaluation.ts';
import { MAX_STEPS } from './evaluation.ts';
import { mismatchOf } from './statement.ts';
import { ALICE, type Fields, KEY_ARN, allow, ask, keyPolicy, subject, to } from './evaluate.fixture.ts';

describe('hostile policies', () => {
  const stars = `*${'a'.repeat(4_000)}b`;
  const costly = (condition: Fields) =>
    ask(subject(ALICE), keyPolicy(allow({ ...to(ALICE), Condition: condition }), allow(to(ALICE))));

  it.each<[string, Fields, string[]]>([
    ['many wildcards and a long text', { StringLike: { 'kms:x': stars } }, ['a'.repeat(100_000)]],
    [
      'many patterns and many values',
      { 'ForAnyValue:StringLike': { 'kms:x': Array.from({ length: 2_000 }, (_, i) => `${i}*`) } },
      Array.from({ length: 5_000 }, () => 'a'),
    ],
    ['a long variable again and again', { StringLike: { 'kms:x': '${kms:y}'.repeat(2_000) } }, ['a'.repeat(10_000)]],
    ['the same without wildcards', { StringEquals: { 'kms:x': '${kms:y}'.repeat(2_000) } }, ['a'.repeat(10_000)]],
    [
      'a long text in many cases',
      { StringEqualsIgnoreCase: { 'kms:x': Array.from({ length: 2_000 }, (_, i) => `${i}`) } },
      ['a'.repeat(10_000)],
    ],
    [
      'a long list again and again',
      Object.fromEntries(
        ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'].map((operator) => [
          operator,
          Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`kms:x${i}`, 'a'])),
        ]),
      ),
      Array.from({ length: 5_000 }, () => 'a'),
    ],
  ])('%s: refused once they cost too much', (_, condition, values) => {
    const request = {
      ...costly(condition),
      context: { values: (key: string) => (key === 'kms:y' ? ['b'.repeat(10_000)] : values) },
    };
    expect(evaluate(request)).toMatchObject({ allowed: false, reason: 'too-costly' });
  });

  it('are explained within the bound of one decision, however many they are', () => {
    const hostile = allow({ ...to(ALICE), Condition: { StringLike: { 'kms:x': stars } } });
    const harmless = allow({ ...to(ALICE), Action: 'kms:Nothing' });
    const request = ask(subject(ALICE), keyPolicy(hostile, ...Array.from({ length: 20 }, () => hostile), harmless));
    const context = { values: () => ['a'.repeat(100_000)] };
    const { statements } = explain({ ...request, context });
    expect(new Set(statements.map(({ because }) => because))).toEqual(new Set(['too-costly']));
  });

  it('grants without number cost no more than they are', () => {
    const encryptionContext = new Map(Array.from({ length: 3_000 }, (_, i) => [`n${i}`, 'v'] as const));
    let read = 0;
    const counted = new Map(encryptionContext);
    counted[Symbol.iterator] = () => {
      read += encryptionContext.size;
      return encryptionContext[Symbol.iterator]();
    };
    const constraint = { encryptionContextSubset: new Map([['N1', 'other']]) };
    const grants = Array.from({ length: 1_000 }, (_, i) => ({
      grantId: `${i}`,
      actions: ['kms:encrypt'],
      ...constraint,
    }));
    const request = {
      ...ask(subject(ALICE), keyPolicy()),
      grants,
      context: { values: () => undefined, encryptionContext: counted },
    };
    expect(evaluate(request)).toMatchObject({ allowed: false, reason: 'no-statement-allows' });
    expect(read).toBeLessThan(10_000);
  });

  it('a long policy is nowhere near that', () => {
    const statements = Array.from({ length: 200 }, (_, i) =>
      allow({ ...to(ALICE), Condition: { StringLike: { 'kms:x': `*-${i}-*-end` } } }),
    );
    const policy = keyPolicy(...statements);
    const evaluation = new Evaluation({ values: () => ['some-text-of-medium-length-199-with-an-end'] });
    for (const statement of policy.statements) mismatchOf(statement, 'kms:encrypt', KEY_ARN, evaluation);
    expect(evaluation.stepsTaken).toBeLessThan(MAX_STEPS / 100);
  });
});
