import { Badge } from '@mantine/core';

/** How a state looks. It is always said in words too: colour alone tells nobody anything. */
export type Tone = 'good' | 'waiting' | 'bad' | 'off';

const COLORS: Record<Tone, string> = { good: 'keystead.8', waiting: 'yellow.9', bad: 'red.9', off: 'gray.7' };

export function StateBadge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return (
    <Badge
      color={COLORS[tone]}
      variant="filled"
      autoContrast
      tt="none"
      fw={600}
      maw="none"
      miw="max-content"
      style={{ flexShrink: 0, overflow: 'visible' }}
      data-tone={tone}
    >
      {children}
    </Badge>
  );
}
