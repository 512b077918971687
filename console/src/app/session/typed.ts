import { useEffect } from 'react';

let isTyped = false;

/** Whether something was typed or chosen on this page that is gone when the page is left. */
export function hasTyped(): boolean {
  return isTyped;
}

/** Looks whether something is typed on the page at this path; what is looked for stands in the address and is not lost. */
export function useTypedWatch(path: string): void {
  useEffect(() => {
    isTyped = false;
    const note = ({ target }: Event): void => {
      if (target instanceof Element && target.closest('[role="search"]') === null) isTyped = true;
    };
    window.addEventListener('input', note, { capture: true });
    return () => {
      isTyped = false;
      window.removeEventListener('input', note, { capture: true });
    };
  }, [path]);
}
