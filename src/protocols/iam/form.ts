import { invalid } from './errors.ts';

/** What a token may be asked for with: what else is sent means nothing to IBM Cloud IAM either. */
const PROPERTIES = ['grant_type', 'response_type', 'apikey', 'account', 'bss_account', 'client_id', 'scope'] as const;
type Property = (typeof PROPERTIES)[number];

/** More parts than any client sends. */
const MAX_PAIRS = 32;

/** The properties of a form, each once; empty ones count as absent. */
export type Form = { readonly [P in Property]?: string };

/** @throws {IamError} a property that counts is there twice, or there are too many */
export function readForm(body: Buffer): Form {
  const found: { [P in Property]?: string } = {};
  let pairs = 0;
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    if (++pairs > MAX_PAIRS) throw invalid('body', `At most ${MAX_PAIRS} properties are taken.`);
    if (!isProperty(name) || value === '') continue;
    if (found[name] !== undefined) throw invalid(name, 'It is there twice.');
    found[name] = value;
  }
  return found;
}

function isProperty(name: string): name is Property {
  return (PROPERTIES as readonly string[]).includes(name);
}
