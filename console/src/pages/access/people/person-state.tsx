import type { Principal } from '@keystead/sdk';
import { StateBadge, type Tone } from '../../../ui/state-badge.tsx';

/** A user's state as people say it: one whose invitation is open has not come yet. */
export type PersonState = 'active' | 'invited' | 'suspended' | 'deleted';

const STATES: Record<PersonState, readonly [Tone, string]> = {
  active: ['good', 'Active'],
  invited: ['waiting', 'Invited'],
  suspended: ['bad', 'Suspended'],
  deleted: ['off', 'Deleted'],
};

export function personState({ principalId, state }: Principal, invited: ReadonlySet<string>): PersonState {
  return state === 'active' && invited.has(principalId) ? 'invited' : state;
}

export function PersonStateBadge({ state }: { readonly state: PersonState }) {
  const [tone, word] = STATES[state];
  return <StateBadge tone={tone}>{word}</StateBadge>;
}
