/** What a verification may do: src/vault/check-level.ts says what each looks at. */
export const LEVELS = ['list', 'hashes', 'structure', 'sample', 'data', 'drill'] as const;
