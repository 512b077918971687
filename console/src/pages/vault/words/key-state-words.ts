import type { Tone } from '../../../ui/state-badge.tsx';

interface KeyStateWords {
  readonly name: string;
  readonly tone: Tone;
  /** What it means for the backups. */
  readonly meaning: string;
  /** What to do. */
  readonly next?: string;
  /** Whether nothing can be read while it is so. */
  readonly isDark: boolean;
}

const DARK = 'No backup can be made, read or restored while this lasts. Nothing is lost: scheduled runs wait.';

/** What a key was found to be, in words. One row for each state that a key watch knows. */
const STATES: Readonly<Record<string, KeyStateWords>> = {
  good: {
    name: 'Good',
    tone: 'good',
    meaning: 'The key was used just now: it makes data keys and opens them again.',
    isDark: false,
  },
  doubtful: {
    name: 'Doubtful',
    tone: 'waiting',
    meaning: 'The last look did not get through. It is looked at again before anything is held.',
    isDark: false,
  },
  disabled: {
    name: 'Disabled',
    tone: 'bad',
    meaning: DARK,
    next: 'Enable the key to bring the backups back. What was held then runs once, by itself.',
    isDark: true,
  },
  'pending-deletion': {
    name: 'Pending deletion',
    tone: 'bad',
    meaning: DARK,
    next: 'Cancel the deletion and enable the key. Once it is deleted, what only this key opens is lost for good.',
    isDark: true,
  },
  deleted: {
    name: 'Deleted',
    tone: 'bad',
    meaning: 'Backups that only this key opens are unreadable for good.',
    next: 'Use a further master key of the same backups, if there is one, and choose another master key.',
    isDark: true,
  },
  'material-missing': {
    name: 'Without material',
    tone: 'bad',
    meaning: DARK,
    next: 'Import the same key material again.',
    isDark: true,
  },
  expired: {
    name: 'Expired',
    tone: 'bad',
    meaning: 'It wraps nothing new, so no backup can be made.',
    next: 'Choose another master key for these backups.',
    isDark: true,
  },
  denied: {
    name: 'Denied',
    tone: 'bad',
    meaning: DARK,
    next: 'Allow the environment to use the key again, or give it credentials that may.',
    isDark: true,
  },
  throttled: {
    name: 'Throttled',
    tone: 'waiting',
    meaning: 'The key service takes no more calls for now. Runs wait for it.',
    isDark: true,
  },
  unreachable: {
    name: 'Unreachable',
    tone: 'bad',
    meaning: DARK,
    next: 'Check the network and the endpoint. It is looked at again every minute.',
    isDark: true,
  },
  offline: {
    name: 'Kept offline',
    tone: 'off',
    meaning: 'Its private half is elsewhere: it opens backups only where that is brought.',
    isDark: false,
  },
};

/** What a state of a key means for the backups under it. */
export function keyStateWords(state: string): KeyStateWords {
  return STATES[state] ?? { name: state, tone: 'bad', meaning: DARK, isDark: true };
}
