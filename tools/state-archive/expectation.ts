/** A request to a server that opened an archived state, and what of its answer must be as it was. */
export interface Expectation {
  /** `Decrypt`, `Verify`, ... */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Members that must be in the answer. */
  readonly output?: Readonly<Record<string, unknown>>;
  /** The error that must be the answer. */
  readonly error?: string;
  /** Who asks, unless it is the first administrator. */
  readonly credentials?: Readonly<Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken', string>>;
}

/** Somebody who asks on other wires than that of AWS. */
export interface Actor {
  readonly apiKey?: string;
  /** An IAM token that was issued before the archive was made. */
  readonly token?: string;
  /** A person's session in a browser, as the browser sends it: `keystead=...`. */
  readonly cookie?: string;
  /** The secret of an authenticator app, base32. */
  readonly totp?: string;
  readonly passkey?: KeptPasskey;
}

/** A passkey, and all that its authenticator holds of it. */
export interface KeptPasskey {
  readonly credentialId: string;
  /** PKCS#8, PEM. */
  readonly privateKey: string;
  readonly userHandle: string;
  readonly counter: number;
}

/** A request by plain HTTP, to the API of IBM Key Protect or the admin API, and what its answer must have. */
export interface HttpExpectation {
  /** The name of an {@link Actor}. */
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** What is added to the body when it is asked: the code of the actor's app, or what its passkey answers a challenge. */
  readonly proof?: 'code' | 'passkey';
  readonly status: number;
  readonly output?: object;
}

/** The other wires of an archived state. */
export interface HttpExpectations {
  readonly instanceId: string;
  readonly actors: Readonly<Record<string, Actor>>;
  readonly requests: readonly HttpExpectation[];
}

/** JSON in which bytes stand as `{"$bytes": base64}`. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, (_, one: unknown) => (isBytes(one) ? encode(one) : one), 1)}\n`;
}

/** Reads what {@link toJson} wrote. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => {
    const bytes = one !== null && typeof one === 'object' && '$bytes' in one ? one.$bytes : undefined;
    return typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'base64')) : one;
  }) as unknown;
}

/** A buffer has been made JSON of by the time that a replacer sees it. */
function isBytes(one: unknown): one is Uint8Array | { readonly type: 'Buffer'; readonly data: number[] } {
  if (one instanceof Uint8Array) return true;
  return one !== null && typeof one === 'object' && 'type' in one && one.type === 'Buffer' && 'data' in one;
}

function encode(bytes: Uint8Array | { readonly data: number[] }): object {
  return { $bytes: Buffer.from(bytes instanceof Uint8Array ? bytes : bytes.data).toString('base64') };
}
