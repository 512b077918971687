export const MINUTE = 60_000;
export const DAY = 1_440 * MINUTE;
export const ACCOUNT = '123456789012';

export const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
export const ahead = (ms: number): string => ago(-ms);

/** The id of a made-up user. */
export const idOf = (name: string): string =>
  `8d7f1a52-93c4-4c0e-8a3f-${Array.from(new TextEncoder().encode(name), (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .padEnd(12, '0')
    .slice(0, 12)}`;

/** All there are, as one page. */
export const pageOf = <Item>(items: readonly Item[]): Promise<{ readonly items: readonly Item[] }> =>
  Promise.resolve({ items });

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Tags with others set among them. */
export const withTags = (before: readonly Tag[], set: readonly Tag[]): readonly Tag[] => [
  ...before.filter(({ key }) => !set.some((one) => one.key === key)),
  ...set,
];
