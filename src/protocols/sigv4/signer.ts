import type { SignatureRefusal } from './refusal.ts';

/** Who a request says signed it, in which scope, and which headers: what a client repeats for a day. Nothing is proven. */
export interface Signer {
  readonly accessKeyId: string;
  /** The four parts of the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  /** As sent: lower-case names with semicolons between. */
  readonly signedHeaderList: string;
}

const ACCESS_KEY_ID = /^[\w.-]{1,128}$/;
const SCOPE_PART = /^[\w-]{1,64}$/;
const SIGNED_HEADERS = /^[!#$%&'*+.^_`|~0-9a-z-]+(?:;[!#$%&'*+.^_`|~0-9a-z-]+)*$/;

/** Reads the credential and the list of signed headers, or says what is wrong with their form. */
export function readSigner(credential: string, signedHeaderList: string): Signer | SignatureRefusal {
  const [accessKeyId = '', date = '', region = '', service = '', terminator, ...more] = credential.split('/');
  if (terminator === undefined || more.length > 0) {
    return malformed('Credential', 'must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term');
  }
  if (!ACCESS_KEY_ID.test(accessKeyId)) return malformed('Credential', 'names no access key id');
  if (![date, region, service, terminator].every((each) => SCOPE_PART.test(each))) {
    return malformed('Credential', 'holds a scope of other characters than letters, digits, - and _');
  }
  const signedHeaders = signedHeaderList.split(';');
  if (!SIGNED_HEADERS.test(signedHeaderList) || !isAscending(signedHeaders)) {
    return malformed(
      'SignedHeaders',
      'must be lower-case names in ascending order, each once, with semicolons between',
    );
  }
  return { accessKeyId, date, region, service, terminator, signedHeaders, signedHeaderList };
}

/** Bounds what strangers can have remembered: a megabyte. */
const MAX_SIGNERS = 1_000;
const MAX_WORDS = 1_024;

const signers = new Map<string, Signer>();

/** What {@link rememberSigner} was told for the same words. */
export function rememberedSigner(words: string): Signer | undefined {
  return signers.get(words);
}

/** Remembers what was read from words that say nothing else; long ones are read each time. */
export function rememberSigner(words: string, signer: Signer): void {
  if (words.length > MAX_WORDS) return;
  if (signers.size >= MAX_SIGNERS) {
    const [oldest = ''] = signers.keys();
    signers.delete(oldest);
  }
  signers.set(words, signer);
}

function isAscending(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] as string) >= (names[i] as string)) return false;
  return true;
}

function malformed(part: string, rule: string): SignatureRefusal {
  return { code: 'malformed', part, rule };
}
