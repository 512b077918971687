/** What the exit code of the CLI says. Scripts rely on it: a code never changes its meaning. */
export const EXIT_CODES = {
  ok: { code: 0, about: 'done' },
  failed: { code: 1, about: 'refused, or failed: the message says why and what to do' },
  usage: { code: 2, about: 'the command line or a setting cannot be used' },
  unreachable: { code: 3, about: 'there is no answer from a Keystead server at the address' },
  damaged: { code: 4, about: 'a verification found that something was changed, removed or turned back' },
  incomplete: { code: 5, about: 'done, but for some files that could not be read or written' },
  interrupted: { code: 130, about: 'ended by a signal before it was done' },
} as const;

export type ExitName = keyof typeof EXIT_CODES;
