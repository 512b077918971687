import { wipe } from '../../bytes/bytes.ts';
import { base64Of } from '../byte-text.ts';
import type { CliCommand } from '../command.ts';
import { readBytes, requireWritable, writeOwn } from '../files.ts';
import { receivingSecret, sendingSecret } from '../secret-wire.ts';
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
      const wanted = newKeyFrom(session);
      if (file === undefined) return showKey(session, await api.createSecret(region, wanted));
      const secret = readBytes(file);
      try {
        const { placeholder: value, fetch } = sendingSecret(secret);
        showKey(session, await session.client(fetch).createSecret(region, { ...wanted, value }));
      } finally {
        wipe(secret);
      }
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
      const { take, fetch } = receivingSecret('value');
      const { keyId } = await session.client(fetch).readSecret(region, key);
      const secret = take();
      try {
        if (file === undefined) return output.secret(base64Of(secret), { keyId }, 'value');
        writeOwn(file, secret);
        output.item({ keyId, file });
      } finally {
        wipe(secret);
      }
    },
  },
];
