/** How one gets back in. */
export const SIGN_IN_COMMANDS = {
  link: (name: string) => ['principal', 'sign-in-link', name],
  newFirst: () => ['init', '--new-credentials'],
} as const;
