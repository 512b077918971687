import type { ListShape, ScalarShape } from './shape.ts';

/** What a shape demands of a value, ready to be tested. */
export interface Constraints {
  /** AWS's text of each demand: "Member must ...". */
  readonly texts: readonly string[];
  /**
   * Adds the text of each demand that does not hold. `size` is the length, or the value of a number. `shown` replaces
   * the value in the text; `null` keeps it out, as AWS does for blobs and sensitive values.
   */
  readonly test: (size: number, value: unknown, at: string, found: string[], shown?: string | null) => void;
}

interface Demand {
  readonly text: string;
  readonly holds: (size: number, value: unknown) => boolean;
}

/** Compiles the demands of a shape. */
export function constraintsOf(shape: ScalarShape | ListShape): Constraints {
  const demands = demandsOf(shape);
  return {
    texts: demands.map((each) => each.text),
    test: (size, value, at, found, shown) => {
      for (const demand of demands) {
        if (demand.holds(size, value)) continue;
        found.push(violation(at, demand.text, shown === undefined ? String(value) : shown));
      }
    },
  };
}

function demandsOf(shape: ScalarShape | ListShape): Demand[] {
  const { min, max } = shape;
  const measure = shape.type === 'integer' ? 'value' : 'length';
  const demands: Demand[] = [];
  if (max !== undefined) {
    demands.push({ text: `Member must have ${measure} less than or equal to ${max}`, holds: (size) => size <= max });
  }
  if (min !== undefined) {
    demands.push({ text: `Member must have ${measure} greater than or equal to ${min}`, holds: (size) => size >= min });
  }
  if (shape.type === 'list') return demands;
  if (shape.pattern !== undefined) {
    const pattern = wholeTextPattern(shape.pattern);
    demands.push({
      text: `Member must satisfy regular expression pattern: ${shape.pattern}`,
      holds: (_, value) => pattern.test(value as string),
    });
  }
  if (shape.enum) {
    const values = new Set<unknown>(shape.enum);
    demands.push({
      text: `Member must satisfy enum value set: [${shape.enum.join(', ')}]`,
      holds: (_, value) => values.has(value),
    });
  }
  return demands;
}

/** Java matches the whole text, and its `\s` knows ASCII alone. */
function wholeTextPattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern.replaceAll('\\s', ' \\t\\n\\v\\f\\r')})$`, 'u');
}

/** One broken constraint in AWS's words. `shown` null: the value is not for eyes. */
export function violation(at: string, demand: string, shown: string | null): string {
  return `Value ${shown === null ? '' : `'${shown}' `}at '${at}' failed to satisfy constraint: ${demand}`;
}

export function notNull(at: string): string {
  return `Value null at '${at}' failed to satisfy constraint: Member must not be null`;
}
