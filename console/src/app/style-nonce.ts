/** What styles that are made in the browser must bear: the server puts it into the page anew with each answer. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce ?? '';
}

/** Tells it to the code that stops the page behind a dialog from scrolling, where that looks for it. */
export function lendStyleNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
}
