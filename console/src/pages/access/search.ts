type Search = Record<string, unknown>;

/** What the address of the sign-in page may say. */
export interface SignInSearch {
  /** Where to go afterwards: see nextPlace. */
  readonly next?: string | undefined;
  /** Why somebody was sent here: a code. */
  readonly problem?: string | undefined;
  /** The account to sign in to: twelve digits. */
  readonly account?: string | undefined;
}

export function signInSearch(search: Search): SignInSearch {
  const given = search['account'];
  // Twelve digits look like a number to whoever reads addresses.
  const account = typeof given === 'number' || typeof given === 'string' ? String(given) : '';
  return {
    ...textOf(search, 'next'),
    ...textOf(search, 'problem'),
    ...(/^\d{12}$/.test(account) && { account }),
  };
}

function textOf<Name extends string>(search: Search, name: Name): { readonly [N in Name]?: string } {
  const value = search[name];
  return typeof value === 'string' ? ({ [name]: value } as { readonly [N in Name]: string }) : {};
}

/** What a provider brought back to one's own account: a code of what was done, or of what went wrong. */
export interface AccountSearch {
  readonly done?: string | undefined;
  readonly problem?: string | undefined;
}

export function accountSearch(search: Search): AccountSearch {
  return { ...textOf(search, 'done'), ...textOf(search, 'problem') };
}

const STATES = ['active', 'invited', 'suspended', 'deleted'] as const;

/** Which people are looked for. */
export interface PeopleSearch {
  readonly q?: string | undefined;
  readonly state?: (typeof STATES)[number] | undefined;
}

export function peopleSearch(search: Search): PeopleSearch {
  const state = STATES.find((one) => one === search['state']);
  return { ...textOf(search, 'q'), ...(state !== undefined && { state }) };
}
