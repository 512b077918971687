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
      {
        to: '/access/service-ids',
        name: 'Service ids',
        about: 'Users that are programs: what each may do, and what proves it.',
      },
      {
        to: '/access/assumable-roles',
        name: 'Assumable roles',
        about: 'Roles that users and programs take on for a while, as at AWS.',
      },
    ],
  },
  {
    name: 'Oversight',
    pages: [
      {
        to: '/access/approvals',
        name: 'Approvals',
        about: 'Deletions and releases that wait for a second person.',
      },
      {
        to: '/access/explain',
        name: 'Who can do what',
        about: 'Whether somebody may do something, and which statement decides it.',
      },
    ],
  },
  {
    name: 'Sign-in',
    pages: [
      {
        to: '/access/identity-providers',
        name: 'Identity providers',
        about: 'Sign in by the accounts that your people already have.',
      },
      {
        to: '/access/sign-in-settings',
        name: 'Sign-in settings',
        about: 'Passkeys alone or passwords too, and how long a session lasts.',
      },
    ],
  },
];
