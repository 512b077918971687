let token: string | undefined;

/**
 * Takes the secret part of a sign-in link out of the address bar, before anything else is done with the page: it is then
 * in no history, on no screen that is shared, and in the memory of this page alone.
 */
export function takeEnrolmentToken(): void {
  const { pathname, search, hash } = window.location;
  if (!/^\/console\/welcome\/?$/.test(pathname) || hash.length < 2) return;
  token = decoded(hash.slice(1));
  window.history.replaceState(window.history.state, '', pathname + search);
}

/** What is no encoding stands for itself: the server says that such a link opens nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The secret part of the link by which this page was opened; absent where there was none, or the page was loaded again. */
export function enrolmentToken(): string | undefined {
  return token;
}

/** It was used up. */
export function forgetEnrolmentToken(): void {
  token = undefined;
}
