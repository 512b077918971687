import type { CliCommand, Row } from '../command.ts';
import { EXAMPLE_ID, KEY, keyChange, REGION, showKey } from './key.ts';
import { keyPlaceOf } from './place.ts';
import { noteUnknown } from './policy.ts';
import { readPolicyFile, tagOf } from './policy-file.ts';

const ALIAS: readonly Row[] = [['<alias>', 'alias/NAME']];
const POLICY_FILE: readonly Row[] = [['--file <path>', 'the policy, as JSON']];
const LOCKOUT: readonly Row[] = [['--allow-lockout', 'although you could not change it again yourself']];

/** What is kept about a key besides its material. */
export const KEY_MANAGE_COMMANDS: readonly CliCommand[] = [
  keyChange('describe', 'Sets what is written to a key for people', {
    arguments: [['<text>', 'the description']],
    examples: [`key describe ${EXAMPLE_ID} "backups of the payroll"`],
    run: (client, region, key, { given }) =>
      client.updateKeyDescription(region, key, { description: given.text('text') }),
  }),
  keyChange('alias add', 'Gives a key a name that is not taken in its region', {
    arguments: ALIAS,
    examples: [`key alias add ${EXAMPLE_ID} alias/payroll`],
    run: (client, region, key, { given }) => client.createKeyAlias(region, key, { alias: given.text('alias') }),
  }),
  keyChange('alias move', 'Moves a name to this key from the one that has it: who uses the name uses this key then', {
    arguments: ALIAS,
    examples: [`key alias move ${EXAMPLE_ID} alias/payroll`],
    run: (client, region, key, { given }) => client.moveKeyAlias(region, key, { alias: given.text('alias') }),
  }),
  keyChange('alias remove', 'Takes a name from a key: who uses the key by that name is refused from then on', {
    arguments: ALIAS,
    examples: [`key alias remove ${EXAMPLE_ID} alias/payroll`],
    run: (client, region, key, { given }) => client.deleteKeyAlias(region, key, { alias: given.text('alias') }),
  }),
  keyChange('tag add', 'Adds tags to a key; one that is there already gets the new value', {
    arguments: [['<tag...>', 'KEY=VALUE']],
    examples: ['key tag add alias/payroll team=finance cost=12'],
    run: (client, region, key, { given }) => client.tagKey(region, key, { tags: given.list('tag').map(tagOf) }),
  }),
  keyChange('tag remove', 'Takes tags from a key', {
    arguments: [['<name...>', 'their keys']],
    examples: ['key tag remove alias/payroll team cost'],
    run: (client, region, key, { given }) => client.untagKey(region, key, { tagKeys: [...given.list('name')] }),
  }),
  keyChange('move', 'Puts a key into another key ring', {
    requiredOptions: [['--ring <name>', 'the ring; "default" is always there']],
    examples: ['key move alias/payroll --ring finance'],
    run: (client, region, key, { given }) => client.moveKeyToRing(region, key, { keyRing: given.text('ring') }),
  }),
  keyChange('replicate', 'Makes a related key in another region: same id, same material', {
    requiredOptions: [['--to <region>', 'the region that is to have it']],
    options: [
      ['--description <text>', 'of the new one'],
      ['--tag <key=value...>', 'tags of the new one'],
    ],
    examples: ['key replicate alias/payroll --to eu-west-1'],
    run: (client, region, key, { given }) => {
      const description = given.optional('description');
      const tags = given.list('tag').map(tagOf);
      return client.replicateKey(region, key, {
        region: given.text('to'),
        ...(description !== undefined && { description }),
        ...(tags.length > 0 && { tags }),
      });
    },
  }),
  keyChange('promote', 'Makes the replica in another region the primary key, from which it is rotated and replicated', {
    requiredOptions: [['--to <region>', 'that of the replica']],
    examples: ['key promote alias/payroll --to eu-west-1'],
    run: (client, region, key, { given }) => client.setPrimaryRegion(region, key, { region: given.text('to') }),
  }),
  {
    path: 'key public-key',
    summary: 'Shows the public half of a pair, in PEM',
    reach: 'remote',
    arguments: KEY,
    options: REGION,
    examples: ['key public-key alias/signer > signer.pem'],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const shown = await api.getPublicKey(region, key);
      session.output.text(shown.pem, shown);
    },
  },
  {
    path: 'key policy get',
    summary: 'Shows the policy of a key, to the letter',
    reach: 'remote',
    arguments: KEY,
    options: REGION,
    examples: ['key policy get alias/payroll > policy.json'],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const shown = await api.getKeyPolicy(region, key);
      session.output.text(shown.policy, shown);
    },
  },
  {
    path: 'key policy put',
    summary: 'Sets the policy of a key. It counts for every request that starts after the answer',
    reach: 'remote',
    arguments: KEY,
    requiredOptions: POLICY_FILE,
    options: [...LOCKOUT, ...REGION],
    examples: ['key policy put alias/payroll --file policy.json'],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const { given } = session;
      const policy = readPolicyFile(given.text('file'));
      showKey(session, await api.setKeyPolicy(region, key, { policy, allowLockout: given.flag('allow-lockout') }));
    },
  },
  {
    path: 'key policy check',
    summary: 'Tells what would be refused of a policy for a key, without setting it',
    reach: 'remote',
    arguments: KEY,
    requiredOptions: POLICY_FILE,
    options: [...LOCKOUT, ...REGION],
    examples: ['key policy check alias/payroll --file policy.json'],
    run: async (session) => {
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const { given } = session;
      const policy = readPolicyFile(given.text('file'));
      const checked = await api.checkKeyPolicy(region, key, { policy, allowLockout: given.flag('allow-lockout') });
      const { problems, unknownActions } = checked;
      session.output.rows(
        problems,
        [
          ['CODE', ({ code }) => code],
          ['PROBLEM', ({ message }) => message],
        ],
        'The policy can be set.',
      );
      noteUnknown(session.output, unknownActions);
      return problems.length === 0 ? 'ok' : 'failed';
    },
  },
];
