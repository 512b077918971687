import { everyItem, type ConsoleSession, type Enrolment } from '@keystead/sdk';
import type { CliCommand, Row } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { wholeNumber } from './credential.ts';
import { all } from './list.ts';
import { principalIdOf } from './principal.ts';

const PRINCIPAL: readonly Row[] = [['<principal>', 'its name']];
const ONCE = '\nWhoever opens the link becomes this person. It is shown here and never again, and works once.';

const ENROLMENTS: readonly Column<Enrolment>[] = [
  ['NAME', ({ name }) => name],
  ['KIND', ({ kind }) => kind],
  ['CREATED', ({ createdAt }) => createdAt],
  ['BY', ({ createdBy }) => createdBy],
  ['EXPIRES', ({ expiresAt }) => expiresAt],
];

const SESSIONS: readonly Column<ConsoleSession>[] = [
  ['SESSION', ({ sessionId }) => sessionId],
  ['NAME', ({ name }) => name],
  ['BY', ({ method }) => method],
  ['ADDRESS', ({ address }) => address],
  ['SIGNED IN', ({ createdAt }) => createdAt],
  ['ENDS', ({ idleEndsAt }) => idleEndsAt],
];

/** How people sign in to the console, and the links by which they set that up. */
export const SIGN_IN_COMMANDS: readonly CliCommand[] = [
  {
    path: 'principal invite',
    summary: 'Makes a user with its roles, and a link by which the person sets up how it signs in to the console',
    reach: 'remote',
    arguments: [['<name>', 'letters, digits and + = , . @ _ -']],
    options: [['--role <role...>', 'built-in roles such as owner or auditor, or policies of your own']],
    examples: ['principal invite alice --role key-administrator auditor'],
    run: async ({ client, given, output }) => {
      const { principal, enrolment } = await client().invitePrincipal({
        name: given.text('name'),
        policies: given.list('role'),
      });
      const { principalId, name, policies } = principal;
      output.item({ principalId, name, roles: policies, link: enrolment.link, expiresAt: enrolment.expiresAt });
      output.note(ONCE);
    },
  },
  {
    path: 'principal sign-in-link',
    summary: 'Makes a new link by which a user sets up how it signs in, in place of the one that there was',
    reach: 'remote',
    arguments: PRINCIPAL,
    options: [
      ['--reset', 'take every passkey and password away and end the sessions, now: for what was lost or stolen'],
    ],
    examples: ['principal sign-in-link alice', 'principal sign-in-link alice --reset'],
    run: async ({ client, given, output }) => {
      const api = client();
      const id = await principalIdOf(api, given.text('principal'));
      const { kind, link, expiresAt } = await api.createEnrolment(id, given.flag('reset') ? { reset: true } : {});
      output.item({ principalId: id, kind, link, expiresAt });
      output.note(ONCE);
    },
  },
  {
    path: 'principal sign-in-links',
    summary: 'Lists the sign-in links of your tenant that are open',
    reach: 'remote',
    examples: ['principal sign-in-links'],
    run: async ({ client, output }) => {
      const api = client();
      const items = await all(everyItem((after) => api.listEnrolments({ after })));
      output.rows(items, ENROLMENTS, 'There is no open link.');
    },
  },
  {
    path: 'principal withdraw-sign-in-link',
    summary: 'Takes the sign-in link of a user back',
    reach: 'remote',
    arguments: PRINCIPAL,
    examples: ['principal withdraw-sign-in-link alice'],
    run: async ({ client, given, output }) => {
      const api = client();
      output.item(await api.withdrawEnrolment(await principalIdOf(api, given.text('principal'))));
    },
  },
  {
    path: 'principal sign-in',
    summary: 'Shows how a user signs in: passkeys, password, recovery codes, and whether wrong tries lock it',
    reach: 'remote',
    arguments: PRINCIPAL,
    examples: ['principal sign-in alice'],
    run: async ({ client, given, output }) => {
      const api = client();
      output.item(await api.getPrincipalSignIn(await principalIdOf(api, given.text('principal'))));
    },
  },
  {
    path: 'session list',
    summary: 'Lists the console sessions of your tenant that are alive',
    reach: 'remote',
    options: [['--principal <name>', 'of this user alone']],
    examples: ['session list', 'session list --principal alice'],
    run: async ({ client, given, output }) => {
      const api = client();
      const name = given.optional('principal');
      const of = name === undefined ? {} : { principalId: await principalIdOf(api, name) };
      const items = await all(everyItem((after) => api.listSessions({ after, ...of })));
      output.rows(items, SESSIONS, 'There is no session.');
    },
  },
  {
    path: 'session end',
    summary: 'Ends a console session, or with --principal all of a user: from the answer on they prove nobody',
    reach: 'remote',
    arguments: [['[session]', 'its id']],
    options: [['--principal <name>', 'all of this user']],
    examples: ['session end 4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21', 'session end --principal alice'],
    run: async ({ client, given, output }) => {
      const api = client();
      const [session, name] = [given.optional('session'), given.optional('principal')];
      if (session !== undefined && name === undefined) return output.item(await api.endSession(session));
      if (name !== undefined && session === undefined)
        return output.item(await api.endPrincipalSessions(await principalIdOf(api, name)));
      throw new CliError('usage', 'usage', 'one session is ended, or all of a user', 'Name a session, or --principal.');
    },
  },
  {
    path: 'sign-in-settings show',
    summary: 'Shows how people of your tenant may sign in, and how long their sessions last',
    reach: 'remote',
    examples: ['sign-in-settings show'],
    run: async ({ client, output }) => output.item(await client().getSignInSettings()),
  },
  {
    path: 'sign-in-settings set',
    summary: 'Says how people of your tenant may sign in; what is left out stays',
    reach: 'remote',
    options: [
      ['--passkeys-only <yes|no>', 'yes: nobody signs in by a password with a code'],
      ['--session-minutes <minutes>', 'from sign-in to the end, 15 to 720'],
      ['--idle-minutes <minutes>', 'from the last use to the end, 5 to 30'],
    ],
    examples: [
      'sign-in-settings set --passkeys-only yes',
      'sign-in-settings set --session-minutes 480 --idle-minutes 15',
    ],
    run: async ({ client, given, output }) => {
      const api = client();
      const before = await api.getSignInSettings();
      const only = given.optional('passkeys-only');
      if (only !== undefined && only !== 'yes' && only !== 'no')
        throw new CliError('usage', 'usage', `--passkeys-only is yes or no, not "${only}"`, 'Give one of them.');
      output.item(
        await api.setSignInSettings({
          passwordSignIn: only === undefined ? before.passwordSignIn : only === 'no',
          sessionMinutes: minutes('--session-minutes', given.optional('session-minutes')) ?? before.sessionMinutes,
          idleMinutes: minutes('--idle-minutes', given.optional('idle-minutes')) ?? before.idleMinutes,
        }),
      );
    },
  },
];

function minutes(option: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(option, text);
}
