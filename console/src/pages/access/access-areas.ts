import type { AreaGroup } from '../../ui/area-layout.tsx';

/** The pages of Access, in the order of the navigation. */
export const ACCESS_GROUPS: readonly AreaGroup[] = [
  {
    name: 'People',
    pages: [
      { to: '/access/people', name: 'People', about: 'Who may sign in, as what; invite somebody, suspend somebody.' },
      { to: '/access/invitations', name: 'Invitations', about: 'Sign-in links that nobody has used yet.' },
      { to: '/access/roles', name: 'Roles', about: 'What each role may; roles of your own.' },
      {
        to: '/access/sessions',
        name: 'Sessions',
        about: 'Who is signed in to the console, since when and from where.',
      },
    ],
  },
  {
    name: 'Programs',
    pages: [
      {
        to: '/access/credentials',
        name: 'API and access keys',
        about: 'What proves programs: issue, bound, and take back; what nobody uses any more.',
      },
    ],
  },
];
