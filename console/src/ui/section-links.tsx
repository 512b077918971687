import { useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useShown } from './use-shown.ts';

interface SectionLinksProps {
  /** What the sections are of, for those who hear the page. */
  readonly label: string;
  /** Links of the router: the one that is shown is marked by it. */
  readonly children: readonly ReactNode[];
}

/** The sections of one thing, each with an address of its own. */
export function SectionLinks({ label, children }: SectionLinksProps) {
  const { pathname } = useLocation();
  const list = useShown<HTMLUListElement>('[aria-current=page]', pathname);
  return (
    <nav aria-label={label}>
      <ul className="ks-sections" ref={list}>
        {children.map((child, index) => (
          // The sections of a thing are always the same, in the same order.
          // oxlint-disable-next-line no-array-index-key
          <li key={index}>{child}</li>
        ))}
      </ul>
    </nav>
  );
}
