import type { CliCommand } from '../command.ts';
import { readBytes, requireWritable, writeOwn } from '../files.ts';
import { KEY, NEW_KEY, newKeyFrom, REGION, showKey } from './key.ts';
import { keyPlaceOf, regionOf } from './place.ts';

/** Stored secrets: what IBM Key Protect calls standard keys. */
export const KEY_SECRET_COMMANDS: readonly CliCommand[] = [
  {
    path: 'key secret create',
    summary: 'Stores a secret that can be read again, or has one of 32 bytes made',
    reach: 'remote',
    options: [['--value-file <file>', 'the secret, 1 to 7500 bytes'], ...NEW_KEY, ...REGION],
    examples: ['key secret create --name database --value-file ./password'],
    run: async (session) => {
      const api = session.client();
      const region = await regionOf(session, api);
      const file = session.given.optional('value-file');
      const value = file === undefined ? undefined : readBytes(file);
      const body = { ...newKeyFrom(session), ...(value && { value: value.toString('base64') }) };
      value?.fill(0);
      showKey(session, await api.createSecret(region, body));
    },
  },
  {
    path: 'key secret read',
    summary: 'Reads a stored secret: into a file of yours alone, or in base64',
    reach: 'remote',
    arguments: KEY,
    options: [['--to <file>', 'a file that is not there yet'], ...REGION],
    examples: ['key secret read alias/database --to ./password'],
    run: async (session) => {
      const { given, output } = session;
      const file = given.optional('to');
      if (file !== undefined) requireWritable(file);
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const { keyId, value } = await api.readSecret(region, key);
      if (file === undefined) return output.text(value, { keyId, value });
      const bytes = Buffer.from(value, 'base64');
      writeOwn(file, bytes);
      bytes.fill(0);
      output.item({ keyId, file });
    },
  },
];
