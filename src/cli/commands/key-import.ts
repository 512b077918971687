import type { Key, KeysteadClient } from '@keystead/sdk';
import type { CliCommand, Row, Session } from '../command.ts';
import { CliError } from '../errors.ts';
import { readBytes, requireWritable, writeOwn } from '../files.ts';
import { importCommands } from '../import-commands.ts';
import { ownCheckValue } from '../own-check-value.ts';
import { aesMaterial } from '../secret-material.ts';
import { ANY_LENGTH, encryptNonce, importable, wrapAnyLength, wrapShort } from '../wrap-material.ts';
import { wholeNumber } from './credential.ts';
import { EXAMPLE_ID, KEY, keyChange, NEW_KEY, newKeyFrom, REGION, showKey } from './key.ts';
import { keyPlaceOf, regionOf, type KeyPlace } from './place.ts';
import { refuseOptions } from './refuse-options.ts';

const WRAPPING: readonly Row[] = [
  ['--algorithm <name>', `how the material is wrapped (${ANY_LENGTH.wrappingAlgorithm})`],
  ['--wrapping-key <spec>', `RSA_2048, RSA_3072, RSA_4096, SM2 (${ANY_LENGTH.wrappingKeySpec})`],
];

/** Bring your own key, the way of AWS (for a key that waits) and the way of IBM (a key out of material). */
export const KEY_IMPORT_COMMANDS: readonly CliCommand[] = [
  {
    path: 'key import',
    summary: 'Brings the material of a key that waits for it: wrapped on this machine, or as an HSM wrapped it',
    reach: 'remote',
    arguments: KEY,
    options: [
      [
        '--material <file>',
        'raw bytes, hex digits or base64 of a secret key or the file that the console saved, the private key of a pair in PEM or DER; it is wrapped here',
      ],
      ['--wrapped <file>', 'what was wrapped elsewhere; goes with --token-file'],
      ['--token-file <file>', 'the import token of "key import-parameters"'],
      ['--print-commands', 'prints the commands for OpenSSL that do it, and does nothing'],
      ['--new', 'further material, to rotate to'],
      ['--existing', 'what the key had before'],
      ['--expires <time>', 'when the material is forgotten, within a year: 2030-01-31T12:00:00Z'],
      ['--note <text>', 'is kept with the material'],
      ...REGION,
    ],
    examples: [
      `key import ${EXAMPLE_ID} --material ./aes.key`,
      `key import ${EXAMPLE_ID} --print-commands`,
      `key import ${EXAMPLE_ID} --wrapped ./wrapped --token-file ./token`,
    ],
    run: bring,
  },
  {
    path: 'key import-parameters',
    summary: 'Fetches a wrapping key for the material of a key, and the token that goes back with it: for a day',
    reach: 'remote',
    arguments: KEY,
    requiredOptions: [
      ['--public-key <file>', 'where the wrapping key goes, in DER'],
      ['--token-file <file>', 'where the import token goes'],
    ],
    options: [...WRAPPING, ...REGION],
    examples: [`key import-parameters ${EXAMPLE_ID} --public-key ./wrapping.der --token-file ./token`],
    run: async (session) => {
      const { given, output } = session;
      const [publicKeyFile, tokenFile] = [given.text('public-key'), given.text('token-file')];
      for (const file of [publicKeyFile, tokenFile]) requireWritable(file);
      const api = session.client();
      const { region, key } = await keyPlaceOf(session, api);
      const wanted = {
        wrappingAlgorithm: given.optional('algorithm') ?? ANY_LENGTH.wrappingAlgorithm,
        wrappingKeySpec: given.optional('wrapping-key') ?? ANY_LENGTH.wrappingKeySpec,
      } as Parameters<typeof api.getImportParameters>[2];
      const { publicKey, importToken, ...shown } = await api.getImportParameters(region, key, wanted);
      writeOwn(publicKeyFile, Buffer.from(publicKey, 'base64'));
      writeOwn(tokenFile, Buffer.from(importToken, 'base64'));
      output.item({ ...shown, publicKeyFile, tokenFile });
    },
  },
  keyChange('delete-material', 'Forgets imported material at once: the key works for nothing until it is back', {
    options: [['--material-id <id>', 'which; absent: the current one']],
    run: (client, region, key, { given }) => {
      const materialId = given.optional('material-id');
      return client.deleteKeyMaterial(region, key, materialId === undefined ? {} : { materialId });
    },
  }),
  {
    path: 'key import-new',
    summary: 'Makes an AES key out of material that you have, by the import token of the region: the way of IBM',
    reach: 'remote',
    requiredOptions: [
      ['--material <file>', '16, 24 or 32 raw bytes, their hex digits or base64, or the file that the console saved'],
    ],
    options: [
      ['--form <form>', 'raw, hex or base64, where the file could be more than one of them'],
      ...NEW_KEY,
      ...REGION,
    ],
    examples: [
      'key import-new --material ./aes.key --name payroll --alias alias/payroll',
      'key import-new --material ./aes.hex --form hex',
    ],
    run: bringNew,
  },
  {
    path: 'key import-token create',
    summary: 'Makes the import token of a region, in place of the one there is',
    reach: 'remote',
    options: [
      ['--lifetime <seconds>', '300 to 86400 (600)'],
      ['--retrievals <number>', 'how often it may be read, 1 to 500 (1)'],
      ...REGION,
    ],
    examples: ['key import-token create --lifetime 3600 --retrievals 3'],
    run: async (session) => {
      const { given, output } = session;
      const api = session.client();
      const [lifetime, retrievals] = [given.optional('lifetime'), given.optional('retrievals')];
      const wanted = {
        ...(lifetime !== undefined && { lifetimeSeconds: wholeNumber('--lifetime', lifetime) }),
        ...(retrievals !== undefined && { maxRetrievals: wholeNumber('--retrievals', retrievals) }),
      };
      output.item(await api.createImportToken(await regionOf(session, api), wanted));
    },
  },
  {
    path: 'key import-token read',
    summary: 'Reads the import token of a region, which counts: its wrapping key and its nonce, in base64',
    reach: 'remote',
    options: REGION,
    examples: ['key import-token read --json'],
    run: async (session) => {
      const api = session.client();
      session.output.item(await api.retrieveImportToken(await regionOf(session, api)));
    },
  },
];

async function bring(session: Session): Promise<void> {
  const { given, output } = session;
  const [material, wrapped, token] = [
    given.optional('material'),
    given.optional('wrapped'),
    given.optional('token-file'),
  ];
  const ways = [material, wrapped, given.flag('print-commands') || undefined].filter((way) => way !== undefined);
  if (
    ways.length !== 1 ||
    (wrapped === undefined) !== (token === undefined) ||
    (given.flag('new') && given.flag('existing'))
  )
    throw new CliError(
      'usage',
      'usage',
      'it is not clear what is to be imported',
      'Give --material FILE, or --wrapped FILE with --token-file FILE, or --print-commands; of --new and --existing one at most.',
    );
  if (given.flag('print-commands')) refuseOptions(given, '--print-commands', ['new', 'existing', 'expires', 'note']);
  const api = session.client();
  const place = await keyPlaceOf(session, api);
  if (material !== undefined) return bringFile(session, api, place, material);
  if (wrapped !== undefined && token !== undefined) {
    const body = {
      importToken: readBytes(token).toString('base64'),
      encryptedKeyMaterial: readBytes(wrapped).toString('base64'),
    };
    return showKey(session, await api.importKeyMaterial(place.region, place.key, { ...body, ...asWanted(session) }));
  }
  const { keyId, spec } = await api.getKey(place.region, place.key);
  const commands = importCommands(place.region, keyId, spec);
  output.text(commands, { commands });
}

async function bringFile(session: Session, api: KeysteadClient, place: KeyPlace, file: string): Promise<void> {
  const { spec } = await api.getKey(place.region, place.key);
  const bytes = importable(readBytes(file), spec);
  try {
    const { publicKey, importToken } = await api.getImportParameters(place.region, place.key, ANY_LENGTH);
    const imported = await api.importKeyMaterial(place.region, place.key, {
      importToken,
      encryptedKeyMaterial: wrapAnyLength(bytes, publicKey).toString('base64'),
      ...asWanted(session),
    });
    await compare(session, imported, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Shows the key, and its check value as it is here and there. @throws {CliError} `check-value-differs` */
async function compare(session: Session, key: Key, material: Uint8Array): Promise<void> {
  const own = await ownCheckValue(new Uint8Array(material), key.spec);
  const match = key.versions.find(({ checkValue }) => checkValue === own);
  if (match === undefined)
    throw new CliError(
      'failed',
      'check-value-differs',
      `your material has the check value ${own}, and no version of the key has that`,
      'What arrived is not what you have: delete the imported material and import it again.',
    );
  showKey(session, key);
  session.output.note(`\nCheck value here   ${own}\nCheck value there  ${match.checkValue ?? ''}`);
}

async function bringNew(session: Session): Promise<void> {
  const { given } = session;
  const api = session.client();
  const region = await regionOf(session, api);
  const material = aesMaterial(readBytes(given.text('material')), given.optional('form'));
  try {
    await api.createImportToken(region, {});
    const { publicKey, nonce } = await api.retrieveImportToken(region);
    const { iv, body } = encryptNonce(material, Buffer.from(nonce, 'base64'));
    const key = await api.importKey(region, {
      ...newKeyFrom(session),
      encryptedKeyMaterial: wrapShort(material, publicKey).toString('base64'),
      encryptedNonce: body.toString('base64'),
      iv: iv.toString('base64'),
    });
    await compare(session, key, material);
  } finally {
    material.fill(0);
  }
}

function asWanted({ given }: Session) {
  const [expiresAt, materialDescription] = [given.optional('expires'), given.optional('note')];
  return {
    ...(expiresAt !== undefined && { expiresAt }),
    ...(materialDescription !== undefined && { materialDescription }),
    ...(given.flag('new') && { kind: 'new' as const }),
    ...(given.flag('existing') && { kind: 'existing' as const }),
  };
}
