import { Badge } from '@mantine/core';
import './state-badge.css';

/** How a state looks. It is always said in words too: colour alone tells nobody anything. */
export type Tone = 'good' | 'waiting' | 'bad' | 'off';

/** A state in a word or two. What is as it should be stays quiet; what is not is seen first. */
export function StateBadge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return (
    <Badge className="ks-state" data-tone={tone}>
      {children}
    </Badge>
  );
}
