import {
  everyItem,
  type AccessExplanation,
  type ExplainedGrant,
  type ExplainedStatement,
  type KeyAccess,
} from '@keystead/sdk';
import type { CliCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import type { Column } from '../output.ts';
import { keyPlaceOf, regionOf } from './place.ts';

const STATEMENTS: readonly Column<ExplainedStatement>[] = [
  ['IN', ({ source, policy }) => `${source} ${policy}`],
  ['STATEMENT', ({ statement, sid }) => (sid === undefined ? statement : `${statement} (${sid})`)],
  ['EFFECT', ({ effect }) => effect],
  ['MATCHES', ({ matched }) => (matched ? 'yes' : 'no')],
  ['BECAUSE', ({ because, detail }) => (because === undefined ? detail : `${because}: ${detail ?? ''}`)],
];
/** What to do about a refusal. */
const ADVICE: Readonly<Record<string, string>> = {
  'no-statement-allows':
    'Nothing allows it. Attach a policy (policy attach), assign a role of IBM Key Protect (key-role assign), name the principal in the policy of the key (PutKeyPolicy), or give a grant (grant create).',
  'denied-by-key-policy':
    'A Deny in the policy of the key matches, and wins over every Allow: change it (PutKeyPolicy).',
  'denied-by-identity-policy':
    'A Deny in a policy of the user or role matches, and wins over every Allow: policy update, policy detach.',
  'denied-by-session-policy': 'A Deny that the session was opened with matches: open one without it.',
  'not-allowed-by-session-policy': 'The session was opened with policies that do not allow it: open one without them.',
  'denied-by-scope': 'A Deny in a scope of the credential matches: use a credential without it (credential create).',
  'issued-before-appointment':
    'The user commands here, and the credential is from before: issue a new one (credential create).',
  'not-allowed-by-scope': 'The credential is bounded by scopes that do not allow it: use another (credential create).',
};
const GRANTS: readonly Column<ExplainedGrant>[] = [
  ['GRANT', ({ grantId }) => grantId],
  ['MATCHES', ({ matched }) => (matched ? 'yes' : 'no')],
  ['BECAUSE', ({ because }) => because],
];

const CHECKED: readonly Column<{ readonly action: string; readonly allowed: boolean }>[] = [
  ['ACTION', ({ action }) => action],
  ['ALLOWED', ({ allowed }) => (allowed ? 'yes' : 'no')],
];

/** What is asked about unless actions are given. */
const WHO_CAN: readonly string[] = ['kms:Encrypt', 'kms:Decrypt', 'kms:DisableKey', 'kms:ScheduleKeyDeletion'];
/** As many questions as one request answers. */
const MAX_CELLS = 400;

export const ACCESS_COMMANDS: readonly CliCommand[] = [
  {
    path: 'access check',
    summary: 'Tells what you may do yourself, with the credential that you ask with',
    reach: 'remote',
    arguments: [['<action...>', 'up to 100 actions: kms:Decrypt, keystead:CreateEnvironment']],
    options: [
      ['--key <key>', 'on this key: its id, alias/NAME or its ARN'],
      ['--region <name>', 'where the key lives (KEYSTEAD_REGION; that of its ARN; the only region)'],
      ['--environment <id>', 'on this backup environment; "*": on one that is to be made'],
    ],
    examples: ['access check kms:Decrypt kms:DisableKey --key alias/backups', 'access check keystead:CreatePrincipal'],
    run: async (session) => {
      const { client, given, output } = session;
      const api = client();
      const environment = given.optional('environment');
      const place = given.optional('key') === undefined ? undefined : await keyPlaceOf(session, api);
      const actions = given.list('action');
      const on = { ...place, ...(environment !== undefined && { environment }) };
      const { allowed } = await api.checkAccess({ questions: actions.map((action) => ({ action, ...on })) });
      const rows = actions.map((action, index) => ({ action, allowed: allowed[index] === true }));
      output.rows(rows, CHECKED, '');
    },
  },
  {
    path: 'access explain',
    summary:
      'Tells whether somebody of your tenant may do something, and what every statement and grant has to do with it',
    reach: 'remote',
    requiredOptions: [
      ['--principal <principal>', 'name of a user or of a service, or ARN of a user, a role, a session or the account'],
      ['--action <action>', 'what is asked for: kms:Decrypt'],
    ],
    options: [
      ['--key <key>', 'the key: its id, alias/NAME or its ARN; without it, an action on no key'],
      ['--resource <arn>', 'what else it is done to: the ARN of an alias, of a role'],
      ['--context <pair...>', 'the encryption context: KEY=VALUE'],
      [
        '--condition <fact...>',
        'what else the request is to have: aws:SourceIp=192.0.2.1; a key given twice has two values',
      ],
      ['--region <name>', 'where the key lives (KEYSTEAD_REGION; that of its ARN; the only region)'],
    ],
    examples: [
      'access explain --principal alice --action kms:Decrypt --key alias/backups',
      'access explain --principal arn:aws:iam::111122223333:role/deploy --action kms:Encrypt --key alias/backups --context tenant=acme --condition aws:SourceIp=192.0.2.1',
    ],
    run: async (session) => {
      const { client, given, output } = session;
      const api = client();
      const key = given.optional('key');
      const resource = given.optional('resource');
      const region = /^arn:aws:kms:([a-z0-9-]+):/.exec(key ?? '')?.[1] ?? (await regionOf(session, api));
      const explanation = await api.explainAccess({
        principal: given.text('principal'),
        action: given.text('action'),
        region,
        ...(key !== undefined && { key }),
        ...(resource !== undefined && { resource }),
        encryptionContext: given.list('context').map((text) => {
          const [name, value] = pairOf(text);
          return { name, value };
        }),
        conditions: factsOf(given.list('condition')),
      });
      if (output.isJson) return output.item(explanation);
      const { statements, grants, ownWays, ...decision } = explanation;
      output.item(shown(decision));
      output.rows(statements, STATEMENTS, 'No policy has a statement about it.');
      if (grants.length > 0) output.rows(grants, GRANTS, '');
      const advice = explanation.allowed ? undefined : ADVICE[explanation.reason];
      if (advice !== undefined) output.note(`\n${advice}`);
      if (ownWays.length > 0)
        output.note(
          `\nIt could let itself do this: it may ${ownWays.join(' and ')} on the key. The log would show it. Deny these to rule it out.`,
        );
    },
  },
  {
    path: 'access who-can',
    summary: 'Tells who of your tenant may do what with a key: users by actions',
    reach: 'remote',
    arguments: [['<key>', 'the key: its id, alias/NAME or its ARN']],
    options: [
      ['--action <action...>', `what is asked about (${WHO_CAN.join(' ')})`],
      ['--principal <principal...>', 'about whom: names or ARNs (every user)'],
      ['--region <name>', 'where the key lives (KEYSTEAD_REGION; that of its ARN; the only region)'],
    ],
    examples: ['access who-can alias/backups', 'access who-can alias/backups --action kms:Decrypt --principal alice'],
    run: async (session) => {
      const { client, given, output } = session;
      const api = client();
      const { region, key } = await keyPlaceOf(session, api);
      const asked = given.list('action');
      const actions = asked.length === 0 ? [...WHO_CAN] : asked;
      const named = given.list('principal');
      const users = everyItem((after: string | undefined) => api.listPrincipals({ after }));
      const principals = named.length === 0 ? await Array.fromAsync(users, ({ name }) => name) : named;
      const rows: KeyAccess['rows'][number][] = [];
      const atOnce = Math.max(1, Math.min(100, Math.floor(MAX_CELLS / actions.length)));
      for (let from = 0; from < principals.length; from += atOnce) {
        const part = principals.slice(from, from + atOnce);
        rows.push(...(await api.explainKeyAccess({ region, key, principals: part, actions })).rows);
      }
      const columns = actions.map((action, at): Column<KeyAccess['rows'][number]> => [
        action,
        ({ allowed }) => (allowed[at] === true ? 'yes' : 'no'),
      ]);
      const who: Column<KeyAccess['rows'][number]> = [
        'PRINCIPAL',
        ({ principal, isActive }) => (isActive ? principal : `${principal} (not active)`),
      ];
      output.rows(rows, [who, ...columns], 'Your tenant has no users.');
    },
  },
];

function shown({ allowed, ...more }: Omit<AccessExplanation, 'statements' | 'grants' | 'ownWays'>): object {
  return { decision: allowed ? 'allowed' : 'refused', ...more };
}

function factsOf(texts: readonly string[]): { key: string; values: string[] }[] {
  const facts = new Map<string, string[]>();
  for (const [key, value] of texts.map(pairOf)) facts.set(key, [...(facts.get(key) ?? []), value]);
  return [...facts].map(([key, values]) => ({ key, values }));
}

function pairOf(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new CliError('usage', 'usage', `"${text}" has no value`, 'Write it as KEY=VALUE.');
}
