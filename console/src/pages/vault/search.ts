type Search = Record<string, unknown>;

/** The members of an address's search that are texts, by their names; others are left out. */
function texts<Name extends string>(search: Search, names: readonly Name[]): { readonly [N in Name]?: string } {
  const given = names.filter((name) => typeof search[name] === 'string' && search[name] !== '');
  return Object.fromEntries(given.map((name) => [name, search[name]])) as { [N in Name]?: string };
}

/** Of the list of snapshots: of which source. */
export const snapshotsSearch = (search: Search) => texts(search, ['source']);

/** Of a snapshot: which folder is open, what is looked for, whose history is shown. */
export const snapshotSearch = (search: Search) => texts(search, ['path', 'bytes', 'find', 'history']);

/** Of a comparison: with which earlier snapshot. */
export const compareSearch = (search: Search) => texts(search, ['before']);

/** Of the list of runs: of which kind. */
export const runsSearch = (search: Search) => texts(search, ['kind']);
