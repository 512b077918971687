import { useEffect, useRef, type RefObject } from 'react';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** When somebody last touched this page: milliseconds since 1970, on the browser's clock. */
export function useActivity(): RefObject<number> {
  const lastMs = useRef(0);
  useEffect(() => {
    const note = (): void => {
      lastMs.current = Date.now();
    };
    for (const sign of SIGNS) window.addEventListener(sign, note, { passive: true, capture: true });
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, note, { capture: true });
    };
  }, []);
  return lastMs;
}
