import { execFileSync } from 'node:child_process';
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecryptCommand, EncryptCommand, GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeysteadClient, type Key } from '../../sdk/src/index.ts';
import { keyCheckValueOf } from './check-value.fixture.ts';
import { axeFindingsInBothThemes, hasChromium, type Visit } from './browser.fixture.ts';
import { consoleHouse, type ConsoleHouse } from './console.fixture.ts';
import { makeHsm, runLines, SOFTHSM, whyNoHsm } from './softhsm.fixture.ts';

const OPENSSL = '/usr/bin/openssl';

/** The wizard, with a real server and real material: what comes in is what its owner has. */
describe.skipIf(!hasChromium || !existsSync(OPENSSL))('bringing a key', () => {
  let house: ConsoleHouse;
  let api: KeysteadClient;
  let kms: KMSClient;
  let visit: Visit;
  let page: Page;
  let region: string;
  let folder: string;
  const file = (name: string) => join(folder, name);
  /** Bodies of everything that the browser sent: material is in none of them. */
  const sent: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keystead-bring-'));
    house = await consoleHouse();
    api = new KeysteadClient({ url: house.url, apiKey: house.first.apiKey });
    ({ region } = house.first);
    const { accessKeyId, secretAccessKey } = house.first;
    kms = new KMSClient({ endpoint: house.url, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
    visit = await house.visit();
    ({ page } = visit);
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  });
  afterAll(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  const next = () => page.getByRole('button', { name: 'Next' }).click();
  async function begin(alias: string): Promise<void> {
    await page.goto(`/console/keys/bring?region=${region}`);
    await page.getByRole('textbox', { name: 'Alias' }).fill(alias);
  }
  async function save(button: string): Promise<Buffer> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return readFileSync(await download.path());
  }
  function expectHeld(key: Key, checkValue: string): void {
    expect(key.state).toBe('enabled');
    expect(key.origin).toBe('imported');
    expect(key.versions.map((version) => version.checkValue)).toEqual([checkValue]);
  }
  function expectUnsent(material: Uint8Array): void {
    const bytes = Buffer.from(material);
    const all = sent.join('\n');
    for (const form of [bytes.toString('hex'), bytes.toString('base64'), encodeURIComponent(bytes.toString('base64'))])
      expect(all.includes(form)).toBe(false);
  }

  it('makes material in the browser, has it saved first, and compares check values: the AWS way', async () => {
    await begin('from-browser');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await next();
    await page.getByRole('button', { name: 'Make 32 random bytes' }).click();
    await page.getByRole('button', { name: 'Save the material' }).waitFor();
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    const saved = (await save('Save the material')).toString();
    const material = Buffer.from(/^Material \(hex\): ([0-9a-f]{64})$/m.exec(saved)?.[1] ?? '', 'hex');
    await page.getByLabel('Type kept').fill('kept');
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await next();
    await page.getByRole('button', { name: 'Wrap and send' }).click();
    await page.getByText('The check values are equal').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    const key = await api.getKey(region, 'alias/from-browser');
    expect(await page.getByText(/^keystead key check-value/).textContent()).toContain(
      `${key.keyId} --region ${region} --material ./keystead-material-from-browser.txt`,
    );
    expectHeld(key, keyCheckValueOf(material));
    expectUnsent(material);
    expect(await page.content()).not.toContain(material.toString('hex'));
    // Its owner alone brings it back: the saved file is read again.
    await api.deleteKeyMaterial(region, key.keyId);
    writeFileSync(file('saved.txt'), saved);
    await page.goto(`/console/keys/bring?region=${region}&key=${key.keyId}`);
    await next();
    await page.getByRole('radio', { name: 'I have it in a file' }).click();
    writeFileSync(file('short.bin'), Buffer.alloc(31));
    await page.locator('input[type=file]').setInputFiles(file('short.bin'));
    await page.getByText('This file has 31 bytes. The key takes 32').waitFor();
    await page.locator('input[type=file]').setInputFiles(file('saved.txt'));
    await page.getByText(keyCheckValueOf(material)).waitFor();
    await next();
    await page.getByRole('button', { name: 'Wrap and send' }).click();
    await page.getByText('The check values are equal').waitFor();
    expect((await api.getKey(region, key.keyId)).state).toBe('enabled');
  });

  it('keeps no material of one kind for a key of another', async () => {
    await begin('of-another-kind');
    await next();
    await page.getByRole('button', { name: 'Make 32 random bytes' }).click();
    await page.getByRole('button', { name: 'Save the material' }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('radio', { name: /^Authenticate messages/ }).click();
    await next();
    await page.getByRole('button', { name: 'Make 32 random bytes' }).waitFor();
    expect(await page.getByRole('button', { name: 'Save the material' }).count()).toBe(0);
  });

  it('takes a file to a key under an import token: the IBM way', async () => {
    execFileSync(OPENSSL, ['rand', '-out', file('ibm.bin'), '32']);
    const material = readFileSync(file('ibm.bin'));
    await begin('from-home');
    await page.getByRole('radio', { name: /The IBM way/ }).click();
    await next();
    await page.getByRole('radio', { name: 'I have it in a file' }).click();
    await page.locator('input[type=file]').setInputFiles(file('ibm.bin'));
    await page.getByText(keyCheckValueOf(material)).waitFor();
    await next();
    // A step back has the file still, by its name.
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByText('ibm.bin', { exact: true }).waitFor();
    await page.getByText(keyCheckValueOf(material)).waitFor();
    // Who leaves now takes the material along: it is asked for.
    await page.getByRole('link', { name: 'Audit' }).first().click();
    const asked = page.getByRole('dialog', { name: 'Leave without saving?' });
    await asked.getByText('The material leaves this page with you').waitFor();
    await asked.getByRole('button', { name: 'Stay here' }).click();
    await next();
    await page.getByRole('button', { name: 'Wrap and send' }).click();
    await page.getByText('The check values are equal').waitFor();
    expectHeld(await api.getKey(region, 'alias/from-home'), keyCheckValueOf(material));
    expectUnsent(material);
  });

  it('leads an RSA key through OpenSSL, whose commands work as they stand', async () => {
    await begin('rsa-home');
    await page.getByRole('radio', { name: /^Let others encrypt to you/ }).click();
    await page.getByRole('combobox', { name: 'Kind of key' }).click();
    await page.getByRole('option', { name: 'RSA 2048' }).click();
    await next();
    expect(await page.getByRole('radio', { name: 'Make it in this browser' }).isDisabled()).toBe(true);
    await page.getByRole('radio', { name: /OpenSSL or my HSM/ }).click();
    await next();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Get the wrapping key' }).click();
    await page.getByRole('button', { name: 'wrapping-key.der' }).waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    writeFileSync(file('wrapping-key.der'), await save('wrapping-key.der'));
    const blocks = await page.locator('[data-commands]').allTextContents();
    expect(blocks).toHaveLength(3);
    const told = blocks.map((commands) =>
      execFileSync('/bin/bash', ['-ec', commands], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString(),
    );
    const checkValue = (told[1] as string).slice(0, 64);
    // As after a session that ended meanwhile: what was wrapped is not for naught.
    await page.reload();
    await page.getByText('You are bringing rsa-home').waitFor();
    expect(await axeFindingsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go on with it' }).click();
    // A look at the other ways of wrapping costs no wrapping key.
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('radio', { name: /SHA-1 alone/ }).click();
    await page.getByRole('button', { name: 'Get the wrapping key' }).waitFor();
    await page.getByRole('radio', { name: /^OpenSSL/ }).click();
    await page.getByRole('button', { name: 'Go on with the same wrapping key' }).click();
    await page.locator('input[type=file]').setInputFiles(file('wrapped.bin'));
    await page.getByRole('button', { name: 'Send the wrapped file' }).click();
    await page.getByLabel('The check value that you noted').fill(checkValue);
    await page.getByText('The check values are equal').waitFor();
    const key = await api.getKey(region, 'alias/rsa-home');
    expectHeld(key, checkValue);
    expect(await page.evaluate("sessionStorage.getItem('keystead-wrapping')")).toBeNull();
    // What OpenSSL encrypts to the owner's own public key, the server decrypts.
    const own = createPrivateKey({ key: readFileSync(file('material.bin')), format: 'der', type: 'pkcs8' });
    writeFileSync(file('public.pem'), createPublicKey(own).export({ format: 'pem', type: 'spki' }));
    writeFileSync(file('plain'), 'from home');
    const oaep = ['-pkeyopt', 'rsa_padding_mode:oaep', '-pkeyopt', 'rsa_oaep_md:sha256'];
    const asked = ['pkeyutl', '-encrypt', '-pubin', '-inkey', file('public.pem'), '-in', file('plain'), ...oaep];
    const CiphertextBlob = execFileSync(OPENSSL, asked);
    const opened = await kms.send(
      new DecryptCommand({ KeyId: key.keyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }),
    );
    expect(Buffer.from(opened.Plaintext ?? '').toString()).toBe('from home');
  });

  it('takes the hexadecimal digits of a MAC key, which computes here what it computes at home', async () => {
    const material = randomBytes(32);
    writeFileSync(file('mac.hex'), `${material.toString('hex').toUpperCase()}\n`);
    await begin('mac-home');
    await page.getByRole('radio', { name: /^Authenticate messages/ }).click();
    await next();
    await page.getByRole('radio', { name: 'I have it in a file' }).click();
    await page.locator('input[type=file]').setInputFiles(file('mac.hex'));
    await page.getByText(keyCheckValueOf(material)).waitFor();
    await next();
    await page.getByRole('button', { name: 'Wrap and send' }).click();
    await page.getByText('The check values are equal').waitFor();
    const Message = Buffer.from('a message');
    const { Mac } = await kms.send(
      new GenerateMacCommand({ KeyId: 'alias/mac-home', Message, MacAlgorithm: 'HMAC_SHA_256' }),
    );
    expect(Buffer.from(Mac ?? '').equals(createHmac('sha256', material).update(Message).digest())).toBe(true);
    expectUnsent(material);
  });

  it.skipIf(whyNoHsm !== undefined)(
    'takes a key out of an HSM, by the commands and the script that it gives',
    async () => {
      const hsmFolder = mkdtempSync(join(tmpdir(), 'keystead-hsm-'));
      const environment = makeHsm(hsmFolder);
      await begin('from-hsm');
      await next();
      await page.getByRole('radio', { name: /OpenSSL or my HSM/ }).click();
      await next();
      await page.getByRole('radio', { name: /SHA-1 alone/ }).click();
      await page.getByRole('button', { name: 'Get the wrapping key' }).click();
      await page.getByRole('textbox', { name: 'Library of the HSM' }).fill(SOFTHSM);
      await page.getByRole('textbox', { name: 'Id of the key' }).fill('0a0b');
      expect(await axeFindingsInBothThemes(page)).toEqual([]);
      writeFileSync(join(hsmFolder, 'wrapping-key.der'), await save('wrapping-key.der'));
      writeFileSync(join(hsmFolder, 'wrap-in-hsm.py'), await save('wrap-in-hsm.py'));
      const [making = '', wrapping = ''] = await page.locator('[data-commands]').allTextContents();
      // Who runs it types the PIN; nobody is here to type it.
      runLines(hsmFolder, `${making} --pin "$HSM_PIN"`, environment);
      const checkValue = runLines(hsmFolder, wrapping, environment).trim().slice('Check value: '.length);
      await page.locator('input[type=file]').setInputFiles(join(hsmFolder, 'wrapped.bin'));
      await page.getByRole('button', { name: 'Send the wrapped file' }).click();
      await page.getByLabel('The check value that you noted').fill(checkValue);
      await page.getByText('The check values are equal').waitFor();
      const key = await api.getKey(region, 'alias/from-hsm');
      expectHeld(key, checkValue);
      const { CiphertextBlob } = await kms.send(
        new EncryptCommand({ KeyId: key.keyId, Plaintext: Buffer.from('used') }),
      );
      const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
      expect(Buffer.from(Plaintext ?? '').toString()).toBe('used');
      rmSync(hsmFolder, { recursive: true });
    },
  );

  it.each([
    ['Sign', 'ECC P-256'],
    ['Sign', 'Ed25519'],
    ['Sign', 'ML-DSA 65'],
    ['Agree on secrets that hold against quantum computers', 'ML-KEM 768'],
  ])(
    'makes a pair in the browser, whose public half the server shows as its owner has it: %s, %s',
    async (purpose, kind) => {
      const alias = `pair-${kind.toLowerCase().replaceAll(' ', '-')}`;
      await begin(alias);
      await page.getByRole('radio', { name: new RegExp(`^${purpose}\\. `) }).click();
      await page.getByRole('combobox', { name: 'Kind of key' }).click();
      await page.getByRole('option', { name: kind, exact: true }).click();
      await next();
      await page.getByRole('button', { name: 'Make a key pair' }).click();
      await page.getByRole('button', { name: 'Save the material' }).waitFor();
      const pem = (await save('Save the material')).toString();
      await page.getByLabel('Type kept').fill('kept');
      await next();
      await page.getByRole('button', { name: 'Wrap and send' }).click();
      await page.getByText('The check values are equal').waitFor();
      const own = createPublicKey(createPrivateKey(pem.slice(pem.indexOf('-----BEGIN'))));
      const { publicKey } = await api.getPublicKey(region, `alias/${alias}`);
      expect(publicKey).toBe(own.export({ format: 'der', type: 'spki' }).toString('base64'));
      // The saved file is read again, and known for what it is.
      await api.deleteKeyMaterial(region, `alias/${alias}`);
      const { keyId } = await api.getKey(region, `alias/${alias}`);
      await page.goto(`/console/keys/bring?region=${region}&key=${keyId}`);
      await next();
      await page.getByRole('radio', { name: 'I have it in a file' }).click();
      writeFileSync(file('pair.txt'), pem);
      await page.locator('input[type=file]').setInputFiles(file('pair.txt'));
      await next();
      await page.getByRole('button', { name: 'Wrap and send' }).click();
      await page.getByText('The check values are equal').waitFor();
    },
  );

  it.each([
    ['ECC secp256k1', 'secp256k1'],
    ['SM2', 'SM2'],
  ])('wraps a pair that browsers do not know, out of a file: %s', async (kind, curve) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
    writeFileSync(file('pair.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await begin(`pair-${curve}`);
    await page.getByRole('radio', { name: /^Sign\. / }).click();
    await page.getByRole('combobox', { name: 'Kind of key' }).click();
    await page.getByRole('option', { name: kind, exact: true }).click();
    await next();
    expect(await page.getByRole('radio', { name: 'Make it in this browser' }).isDisabled()).toBe(true);
    await page.locator('input[type=file]').setInputFiles(file('pair.pem'));
    await page.getByText('This browser cannot compute the check value').waitFor();
    await next();
    await page.getByRole('button', { name: 'Wrap and send' }).click();
    await page.getByText('The material was taken').waitFor();
    const shown = await api.getPublicKey(region, `alias/pair-${curve}`);
    expect(shown.publicKey).toBe(publicKey.export({ format: 'der', type: 'spki' }).toString('base64'));
  });

  it('offers keys of 128 bits the IBM way alone, and has those of 192 wrapped outside', async () => {
    await begin('short');
    await page.getByRole('combobox', { name: 'Kind of key' }).click();
    await page.getByRole('option', { name: 'AES-192' }).click();
    expect(await page.getByRole('radio', { name: /The AWS way/ }).count()).toBe(0);
    await next();
    expect(await page.getByRole('radio', { name: 'I have it in a file' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('combobox', { name: 'Kind of key' }).click();
    await page.getByRole('option', { name: 'AES-128' }).click();
    await next();
    await page.getByRole('radio', { name: 'I have it in a file' }).click();
    writeFileSync(file('short.bin'), randomBytes(16));
    await page.locator('input[type=file]').setInputFiles(file('short.bin'));
    await page.getByText(keyCheckValueOf(readFileSync(file('short.bin')))).waitFor();
    await next();
    await page.getByRole('button', { name: 'Wrap and send' }).click();
    await page.getByText('The check values are equal').waitFor();
    expect(await api.getKey(region, 'alias/short')).toMatchObject({ spec: 'aes-128', state: 'enabled' });
  });

  it('leads back to the material when the server does not take it, without loss', async () => {
    await begin('refused');
    await next();
    await page.getByRole('radio', { name: /OpenSSL or my HSM/ }).click();
    await next();
    await page.getByRole('button', { name: 'Get the wrapping key' }).click();
    await page.getByRole('button', { name: 'wrapping-key.der' }).waitFor();
    writeFileSync(file('wrapped.bin'), Buffer.alloc(512, 7));
    await page.locator('input[type=file]').setInputFiles(file('wrapped.bin'));
    await page.getByRole('button', { name: 'Send the wrapped file' }).click();
    await page.locator('[data-problem=import-undecryptable]').waitFor();
    await page.getByRole('button', { name: 'Get another wrapping key' }).waitFor();
    expect((await api.getKey(region, 'alias/refused')).state).toBe('pending-import');
  });

  it('did all that without a fault', () => expect(visit.faults).toEqual([]));
});
