import { useEffect, useRef, type RefObject } from 'react';

let isWanted = false;

/**
 * Somebody goes to another page: its heading gets the keyboard once it is there, so that whoever hears the page is told.
 * Who does something else meanwhile is not interrupted.
 */
export function wantPageFocus(): void {
  isWanted = true;
  for (const sign of ['pointerdown', 'keydown'])
    window.addEventListener(sign, () => void (isWanted = false), { once: true, capture: true });
}

/** For the heading of a page: it takes the keyboard when somebody has just come to the page of this title. */
export function usePageFocus(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isWanted) return;
    isWanted = false;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return heading;
}
