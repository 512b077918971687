import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeysteadClient } from '@keystead/sdk';
import { describe, expect, it } from 'vitest';

/** What the client can ask and no command does, and why. */
const WITHOUT_COMMAND: Readonly<Record<string, readonly string[]>> = {
  'a person does it in a browser, with a session or a link of its own': [
    'deletePasskey',
    'deletePassword',
    'endOwnSession',
    'finishAddPasskey',
    'finishPasskeyEnrolment',
    'finishPasskeyReauthentication',
    'finishPasskeySignIn',
    'finishPasswordEnrolment',
    'finishSetPassword',
    'getOwnSignIn',
    'getSignInOptions',
    'listOwnSessions',
    'lookAtEnrolment',
    'makeRecoveryCodes',
    'reauthenticateWithPassword',
    'renamePasskey',
    'renewSession',
    'signInWithPassword',
    'signOut',
    'startAddPasskey',
    'startPasskeyEnrolment',
    'startPasskeyReauthentication',
    'startPasskeySignIn',
    'startPasswordEnrolment',
    'startSetPassword',
    'unlinkOwnIdentity',
  ],
  'a command finds it in the list, by its name too': ['getAgent', 'getTenant', 'getXksEndpoint'],
  'the command works it out by itself': ['getVaultPolicy', 'listImportWrappings'],
  'a page follows what happens; a command asks': ['openEvents'],
};

const folder = join(import.meta.dirname, 'commands');
const sources = readdirSync(folder)
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');
const methods = Object.getOwnPropertyNames(KeysteadClient.prototype).filter((name) => name !== 'constructor');

describe('what the admin API can be asked', () => {
  it('has a command each, or a reason why not', () => {
    const without = methods.filter((name) => !new RegExp(`\\.${name}\\(`).test(sources));
    expect(without.toSorted()).toEqual(Object.values(WITHOUT_COMMAND).flat().toSorted());
  });

  it('is what is looked at', () => expect(methods.length).toBeGreaterThan(200));
});
