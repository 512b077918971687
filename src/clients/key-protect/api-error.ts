/** An answer of Key Protect, or of the token service before it, that is none of success. */
export class KeyProtectApiError extends Error {
  override readonly name = 'KeyProtectApiError';
  readonly status: number;
  /** `KEY_ACTION_INVALID_STATE_ERR` ...; of a token: `BXNIM0415E` ...; absent where the answer gave none. */
  readonly code: string | undefined;
  /** The field that was wrong, where the answer names one. */
  readonly field: string | undefined;

  constructor(status: number, code: string | undefined, field?: string) {
    super(`Key Protect answered ${status}${code === undefined ? '' : ` (${code})`}`);
    this.status = status;
    this.code = code;
    this.field = field;
  }

  /** From an answer: https://cloud.ibm.com/apidocs/key-protect, "Error handling"; tokens: IAM Identity Services. */
  static from(status: number, body: unknown): KeyProtectApiError {
    const { resources, errorCode } = (body ?? {}) as {
      readonly resources?: readonly { readonly reasons?: readonly Reason[] }[];
      readonly errorCode?: unknown;
    };
    const reason = Array.isArray(resources) ? resources[0]?.reasons?.[0] : undefined;
    return new KeyProtectApiError(status, wordOf(reason?.code ?? errorCode), wordOf(reason?.target?.name));
  }
}

interface Reason {
  readonly code?: unknown;
  readonly target?: { readonly name?: unknown };
}

/** What the other side says is shown to people only where it is one plain word. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined;
}
