import { useLayoutEffect, useState } from 'react';

/**
 * Remembers what had the keyboard when something came in front of the page, and gives it back when that is gone. The
 * library does so for dialogs that stay drawn while they are closed, and not where a menu is closed by what opens one.
 */
export function useFocusBack(isOpen: boolean): void {
  // Looked up while it is drawn: once that is done, the menu out of which it came is gone already.
  const [seen, setSeen] = useState(() => ({ isOpen, opener: openerOf(document.activeElement) }));
  if (seen.isOpen !== isOpen) setSeen({ isOpen, opener: isOpen ? openerOf(document.activeElement) : seen.opener });
  const { opener } = seen;
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    return () => {
      const atClose = document.activeElement;
      setTimeout(() => {
        const now = document.activeElement;
        // Whoever went elsewhere meanwhile stays there.
        if (now === null || now === document.body || now === atClose) focus(opener);
      });
    };
  }, [isOpen, opener]);
}

/** What opened the menu is there when the menu is gone. */
function openerOf(element: Element | null): Element | null {
  const menu = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  return typeof menu === 'string' ? document.getElementById(menu) : element;
}

/** Of a row that was deleted no button is left: then the content of the page has the keyboard. */
function focus(opener: Element | null): void {
  const place = opener?.isConnected === true && opener !== document.body ? opener : document.getElementById('content');
  if (place instanceof HTMLElement) place.focus({ preventScroll: true });
}
