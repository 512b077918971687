/** A question about somebody's rights, as it stands in the address. */
export interface ExplainSearch {
  readonly principal?: string;
  readonly action?: string;
  readonly region?: string;
  readonly key?: string;
  readonly resource?: string;
  /** KEY=VALUE, separated by commas */
  readonly context?: string;
}

const NAMES = ['principal', 'action', 'region', 'key', 'resource', 'context'] as const;

export function explainSearch(search: Record<string, unknown>): ExplainSearch {
  return Object.fromEntries(
    NAMES.map((name) => [name, search[name]]).filter(([, value]) => typeof value === 'string' && value !== ''),
  ) as ExplainSearch;
}

/** The pairs of an encryption context. What has no = is the name of an empty value. */
export function contextPairs(
  context: string | undefined,
): readonly { readonly name: string; readonly value: string }[] {
  return (context ?? '')
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.trim().split('=');
      return { name, value: value.join('=') };
    });
}
