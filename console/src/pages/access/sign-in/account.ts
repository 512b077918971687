const KEPT = 'keystead-account';
const ACCOUNT = /^\d{12}$/;

/** The account of the last sign-in in this browser; a convenience, not a secret. */
export function rememberedAccount(): string | undefined {
  const kept = localStorage.getItem(KEPT);
  return kept !== null && ACCOUNT.test(kept) ? kept : undefined;
}

export function rememberAccount(account: string): void {
  if (ACCOUNT.test(account)) localStorage.setItem(KEPT, account);
}

/** The account of twelve digits that somebody typed, with or without its dashes; absent: it is none. */
export function readAccount(text: string): string | undefined {
  const digits = text.replace(/[\s-]/g, '');
  return ACCOUNT.test(digits) ? digits : undefined;
}
