import { useEffect } from 'react';

/** What the tab of the browser is called: the thing that is shown first, then what it is in. */
export function useTabTitle(...parts: readonly string[]): void {
  const title = [...parts, 'Keystead'].filter((part) => part !== '').join(' · ');
  useEffect(() => {
    if (parts.length > 0) document.title = title;
  }, [title, parts.length]);
}
