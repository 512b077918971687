import { useEffect, useRef, type RefObject } from 'react';

/**
 * Moves a row of links or tabs that is wider than the screen along, so that the one that is shown is seen.
 *
 * @param chosen a selector of that one within the row
 * @param now what changes when another one is shown
 */
export function useShown<Row extends HTMLElement>(chosen: string, now: unknown): RefObject<Row | null> {
  const row = useRef<Row>(null);
  useEffect(() => {
    const one = row.current?.querySelector(chosen)?.getBoundingClientRect();
    if (row.current === null || one === undefined) return;
    const all = row.current.getBoundingClientRect();
    row.current.scrollLeft += one.left - all.left - (all.width - one.width) / 2;
  }, [chosen, now]);
  return row;
}
