import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMPORTABLE } from '../../console/src/pages/keys/bring/importable.ts';
import {
  checkValueCommands,
  hsmMakingCommands,
  hsmWrappingCommands,
  IBM_ALGORITHM,
  ibmCommands,
  makingCommands,
  wrappingCommands,
} from '../../console/src/pages/keys/bring/outside-commands.ts';
import { broughtOf, PURPOSES } from '../../console/src/pages/keys/purposes.ts';
import { KeysteadClient, type ImportParameters, type Key } from '../../sdk/src/index.ts';
import { unwrapImported } from '../../src/crypto/import-wrapping.ts';
import { KEY_SPECS, keySpec, SYMMETRIC_BY_LENGTH } from '../../src/crypto/key-spec.ts';
import type { FirstCredentials } from '../../src/server/first-start.ts';
import { missing } from '../conformance/client.fixture.ts';
import { makeHome, startServerProcess, type ServerProcess } from '../process/server-process.ts';
import { makeHsm, PIN, runLines, SOFTHSM, whyNoHsm } from './softhsm.fixture.ts';

const SCRIPT = join(import.meta.dirname, '../../console/src/pages/keys/bring/wrap-in-hsm.py');
const SOFTOKEN = join(import.meta.dirname, 'wrap-in-softoken.py');
const ROWS = Object.entries(IMPORTABLE);
const why =
  missing({ name: 'OpenSSL', command: '/usr/bin/openssl', probe: ['version'] }) ??
  missing({ name: 'cryptography for Python', command: '/usr/bin/python3', probe: ['-c', 'import cryptography'] });

/** What the server takes and the wizard does not offer, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  secret: 'secrets that are stored have a page of their own, where they can be read again',
};

describe('kinds of keys that may be brought', () => {
  it('are those of the server, each with a row or a reason', () => {
    const rows = [...Object.keys(IMPORTABLE), ...Object.keys(ELSEWHERE)];
    expect(rows.toSorted()).toEqual(KEY_SPECS.map(({ name }) => name).toSorted());
  });

  it.each(ROWS)('%s comes by the wires that know it', (spec, { ways, length }) => {
    const row = keySpec(spec);
    expect(length).toBe(row?.materialLength);
    expect(ways.includes('aws')).toBe(row?.isUnknownToAws !== true);
    expect(ways.includes('ibm')).toBe(row !== undefined && [...SYMMETRIC_BY_LENGTH.values()].includes(row));
  });

  it('are offered for every usage that they have', () => {
    const offered = PURPOSES.flatMap((one) => broughtOf(one).map((spec) => `${spec} ${one.usage}`));
    const there = ROWS.flatMap(([spec]) => (keySpec(spec)?.usages ?? []).map((usage) => `${spec} ${usage}`));
    expect(offered.toSorted()).toEqual(there.toSorted());
  });
});

/** Every command that the wizard prints, as it stands, with the tools of the system. */
describe.skipIf(why !== undefined)('the commands of the wizard', () => {
  const home = makeHome();
  let server: ServerProcess;
  let api: KeysteadClient;
  let region: string;
  let place: string;
  const file = (name: string) => join(place, name);
  const run = (lines: readonly string[], environment = {}) => {
    writeFileSync(file('wrap-in-hsm.py'), readFileSync(SCRIPT));
    return runLines(place, lines.join('\n'), environment);
  };
  const checkValueIn = (printed: string) => /^Check value: ([0-9a-f]+)$/m.exec(printed)?.[1] ?? printed;

  beforeAll(async () => {
    server = await startServerProcess(home);
    const first = server.first as FirstCredentials;
    ({ region } = first);
    api = new KeysteadClient({ url: server.url, apiKey: first.apiKey });
  });
  afterAll(async () => {
    await server.stop();
    home.remove();
    rmSync(place, { recursive: true, force: true });
  });

  async function fetchFor(
    spec: string,
    wrappingAlgorithm: ImportParameters['wrappingAlgorithm'],
  ): Promise<ImportParameters> {
    place = mkdtempSync(join(tmpdir(), 'keystead-outside-'));
    const usage = keySpec(spec)?.usages[0] as 'sign-verify';
    const { keyId } = await api.createKey(region, { spec: spec as 'ec-p256', usage, origin: 'imported' });
    // The wizard asks for 4096 bits, which takes long to make and goes by the same commands.
    const fetched = await api.getImportParameters(region, keyId, { wrappingAlgorithm, wrappingKeySpec: 'RSA_2048' });
    writeFileSync(file('wrapping-key.der'), Buffer.from(fetched.publicKey, 'base64'));
    return fetched;
  }
  function send({ keyId, importToken }: ImportParameters): Promise<Key> {
    const encryptedKeyMaterial = readFileSync(file('wrapped.bin')).toString('base64');
    return api.importKeyMaterial(region, keyId, { importToken, encryptedKeyMaterial });
  }
  const held = ({ state, versions }: Key) => [state, versions.map(({ checkValue }) => checkValue)];

  it.each(ROWS.filter(([, { ways, length, openssl }]) => ways.includes('aws') && (length ?? openssl) !== undefined))(
    'bring %s by OpenSSL',
    async (spec, { length }) => {
      const fetched = await fetchFor(spec, length === undefined ? 'RSA_AES_KEY_WRAP_SHA_256' : 'RSAES_OAEP_SHA_256');
      run(makingCommands(spec));
      const checkValue = run(checkValueCommands(spec)).split(' ')[0];
      run(wrappingCommands(fetched.wrappingAlgorithm));
      expect(held(await send(fetched))).toEqual(['enabled', [checkValue]]);
    },
  );

  it.each(ROWS.filter(([, { ways }]) => ways.includes('ibm')))('bring %s by an import token', async (spec) => {
    place = mkdtempSync(join(tmpdir(), 'keystead-outside-'));
    await api.createImportToken(region, {});
    const { publicKey, nonce } = await api.retrieveImportToken(region);
    writeFileSync(file('wrapping-key.der'), Buffer.from(publicKey, 'base64'));
    run(makingCommands(spec));
    const checkValue = run(checkValueCommands(spec));
    run(ibmCommands(nonce));
    const proof = readFileSync(file('proof.txt'), 'utf8');
    const told = (word: string) => new RegExp(`^${word}: (.+)$`, 'm').exec(proof)?.[1] ?? '';
    const key = await api.importKey(region, {
      encryptedKeyMaterial: readFileSync(file('wrapped.bin')).toString('base64'),
      encryptedNonce: told('nonce'),
      iv: told('iv'),
    });
    expect([key.spec, ...held(key)]).toEqual([spec, 'enabled', [checkValue]]);
  });

  describe.skipIf(whyNoHsm !== undefined)('for an HSM', () => {
    const hsm = { module: SOFTHSM, keyId: '01' };

    const make = (spec: string, environment: Readonly<Record<string, string>>) =>
      // Who runs it types the PIN; nobody is here to type it.
      run(
        hsmMakingCommands(spec, hsm).map((line) => `${line} --pin "$HSM_PIN"`),
        environment,
      );
    // Longer RSA keys differ by a figure, and take seconds to make.
    const made = ROWS.filter(([spec, { hsm: kind }]) => kind !== undefined && !/^rsa-[34]/.test(spec));

    it.each(made.filter(([, { ways, length }]) => ways.includes('aws') && length !== undefined))(
      'bring %s out of SoftHSM, where it was made',
      async (spec) => {
        const fetched = await fetchFor(spec, 'RSAES_OAEP_SHA_1');
        const environment = makeHsm(place);
        make(spec, environment);
        const printed = run(hsmWrappingCommands(fetched.wrappingAlgorithm, hsm), environment);
        // It makes no HMAC with SHA-256 under a key that is shorter than that, and so tells none.
        const told = checkValueIn(printed);
        const { state, versions } = await send(fetched);
        const isTold = versions[0]?.checkValue === told;
        expect([state, isTold || (spec === 'hmac-224' && told.includes('tells none'))]).toEqual(['enabled', true]);
      },
    );

    // SoftHSM 2.6 wraps a private key with zeros behind it, which the server refuses as no key: so it is opened here.
    const wrapped = made.filter(([spec, { length }]) => length === undefined && spec !== 'ed25519');
    it.each(wrapped)('make %s in SoftHSM and wrap it', (spec) => {
      place = mkdtempSync(join(tmpdir(), 'keystead-outside-'));
      const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
      writeFileSync(file('wrapping-key.der'), pair.publicKey.export({ format: 'der', type: 'spki' }));
      const environment = makeHsm(place);
      make(spec, environment);
      const printed = run(hsmWrappingCommands('RSA_AES_KEY_WRAP_SHA_1', hsm), environment);
      const privateKey = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
      const opened = unwrapImported('RSA_AES_KEY_WRAP_SHA_1', privateKey, readFileSync(file('wrapped.bin'))) as Buffer;
      const own = createPrivateKey({ key: opened, format: 'der', type: 'pkcs8' });
      const publicKey = createPublicKey(own).export({ format: 'der', type: 'spki' });
      expect(checkValueIn(printed)).toBe(createHash('sha256').update(publicKey).digest('hex'));
    });

    it.each([
      ['RSAES_OAEP_SHA_256', 'aes-256', '32'],
      ['RSAES_OAEP_SHA_256', 'hmac-512', '64'],
      ['RSA_AES_KEY_WRAP_SHA_256', 'ec-p256', '06082a8648ce3d030107'],
      ['RSA_AES_KEY_WRAP_SHA_256', 'ec-p384', '06052b81040022'],
      ['RSA_AES_KEY_WRAP_SHA_256', 'ec-p521', '06052b81040023'],
      ['RSA_AES_KEY_WRAP_SHA_256', 'rsa-2048', '2048'],
    ] as const)('wrap by %s in NSS, which has it: %s', async (algorithm, spec, kind) => {
      const fetched = await fetchFor(spec, algorithm);
      const told = run([`python3 ${SOFTOKEN} ${SCRIPT} ${algorithm} ${kind} wrapping-key.der wrapped.bin`]).trim();
      expect(held(await send(fetched))).toEqual(['enabled', [told]]);
    });

    // SoftHSM 2.6 makes Ed25519 and wraps none; of modules in Debian no other has it.
    it('make ed25519 in SoftHSM, tell its check value, and say that it wraps none', async () => {
      await fetchFor('ed25519', 'RSA_AES_KEY_WRAP_SHA_256');
      const environment = makeHsm(place);
      make('ed25519', environment);
      const tried = () => run(hsmWrappingCommands('RSA_AES_KEY_WRAP_SHA_1', hsm), environment);
      expect(tried).toThrow(/it wraps no keys of this kind/);
      const lines = [
        'import sys; sys.dont_write_bytecode = True',
        `import importlib.util; found = importlib.util.spec_from_file_location("tool", "${SCRIPT}")`,
        'tool = importlib.util.module_from_spec(found); found.loader.exec_module(tool)',
        `hsm = tool.Hsm("${SOFTHSM}", None, "${PIN}"); key = bytes([1])`,
        'print(tool.public_key_of(hsm, hsm.find(tool.CKO_PRIVATE_KEY, key), key).hex())',
      ];
      writeFileSync(file('look.py'), lines.join('\n'));
      const told = Buffer.from(run(['python3 look.py'], environment).trim(), 'hex');
      run([`pkcs11-tool --module ${SOFTHSM} --read-object --type pubkey --id 01 -o public.pem`], environment);
      const shown = createPublicKey(readFileSync(file('public.pem'))).export({ format: 'der', type: 'spki' });
      expect(told.toString('hex')).toBe(shown.toString('hex'));
    });

    it.each([
      ['aes-128', 16],
      ['aes-192', 24],
      ['aes-256', 32],
    ] as const)('bring %s out of NSS by an import token: the key itself seals the nonce', async (spec, length) => {
      place = mkdtempSync(join(tmpdir(), 'keystead-outside-'));
      await api.createImportToken(region, {});
      const { publicKey, nonce } = await api.retrieveImportToken(region);
      writeFileSync(file('wrapping-key.der'), Buffer.from(publicKey, 'base64'));
      const words = `${SCRIPT} ${IBM_ALGORITHM} aes:${length} wrapping-key.der wrapped.bin ${nonce}`;
      const printed = run([`python3 ${SOFTOKEN} ${words}`]);
      const told = (word: string) => new RegExp(`^${word}: (.+)$`, 'm').exec(printed)?.[1] ?? '';
      const key = await api.importKey(region, {
        encryptedKeyMaterial: readFileSync(file('wrapped.bin')).toString('base64'),
        encryptedNonce: told('nonce'),
        iv: told('iv'),
      });
      expect([key.spec, key.state]).toEqual([spec, 'enabled']);
    });

    it('seal the nonce by SoftHSM too, with the line that the wizard prints', async () => {
      await fetchFor('aes-256', 'RSAES_OAEP_SHA_1');
      const environment = makeHsm(place);
      run(
        hsmMakingCommands('aes-256', hsm, 'ibm').map((line) => `${line} --pin "$HSM_PIN"`),
        environment,
      );
      const nonce = Buffer.alloc(12, 7).toString('base64');
      // It has OAEP with SHA-1 alone, which no import token takes: all but that is as it would be.
      run(hsmWrappingCommands('RSAES_OAEP_SHA_1', hsm, nonce), environment);
      expect(readFileSync(file('proof.txt'), 'utf8')).toMatch(/^iv: [\w+/]{16}\nnonce: [\w+/]{38}==?\n$/);
    });

    it('tell what an HSM refuses, and leave no file', async () => {
      await fetchFor('aes-256', 'RSAES_OAEP_SHA_256');
      writeFileSync(file('wrap-in-hsm.py'), readFileSync(SCRIPT));
      const environment = makeHsm(place);
      run(
        hsmMakingCommands('aes-256', hsm).map((line) => `${line} --pin "$HSM_PIN"`),
        environment,
      );
      const tried = (keyId: string, pin?: string) => () =>
        run(hsmWrappingCommands('RSAES_OAEP_SHA_256', { module: SOFTHSM, keyId }), {
          ...environment,
          ...(pin !== undefined && { HSM_PIN: pin }),
        });
      expect(tried('01')).toThrow(/with SHA_1/);
      expect(tried('02')).toThrow(/no private key in it has the id 02/);
      expect(tried('01', '0000')).toThrow(/the PIN is wrong/);
      expect(() => readFileSync(file('wrapped.bin'))).toThrow(/ENOENT/);
    });
  });
});
