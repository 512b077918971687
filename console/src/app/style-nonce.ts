/** What styles that are made in the browser must bear: the server puts it into the page anew with each answer. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce ?? '';
}
