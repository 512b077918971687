import { DecryptCommand, CreateKeyCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { KeysteadClient } from '@keystead/sdk';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startKeystead, type Keystead } from '../src/server.ts';
import { AlreadyInitialisedError, initialise } from '../src/server/initialise.ts';
import { verifyAudit } from '../src/server/offline.ts';
import { dataPaths } from '../src/server/unsealed.ts';
import { kmsClient, makeHome, type Home } from './process/server-process.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
let home: Home;
let running: Keystead | undefined;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  home.remove();
});

async function start(): Promise<Keystead> {
  running = await startKeystead(home.config, silent);
  return running;
}

async function stop(): Promise<void> {
  await running?.close();
  running = undefined;
}

describe('starting', () => {
  it('shows its credentials once, and knows its keys again', async () => {
    const { url, first } = await start();
    const kms = kmsClient(url, first!);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: KeyMetadata!.KeyId, Plaintext: Buffer.from('hello') }),
    );
    await stop();
    const again = await start();
    expect(again.first).toBeUndefined();
    const { Plaintext } = await kmsClient(again.url, first!).send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext!).toString()).toBe('hello');
  });

  it('writes no secret in clear anywhere', async () => {
    const { first } = await start();
    await stop();
    const { secretAccessKey, apiKey, signInToken } = first!;
    const leaks = readdirSync(home.folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
      const bytes = bytesOf(join(home.folder, name));
      return bytes.includes(secretAccessKey) || bytes.includes(apiKey) || bytes.includes(signInToken);
    });
    expect(leaks).toEqual([]);
  });

  it('issues new credentials to whoever holds data and seal, and to nobody by accident', async () => {
    const first = await initialise(home.config, { newCredentials: false });
    await expect(initialise(home.config, { newCredentials: false })).rejects.toThrow(AlreadyInitialisedError);
    // The one region that there is, whatever the setting says.
    const second = await initialise({ ...home.config, region: 'eu-west-9' }, { newCredentials: true });
    expect(second.region).toBe(first.region);
    expect(second.accountId).toBe(first.accountId);
    expect(second.secretAccessKey).not.toBe(first.secretAccessKey);
    const { url } = await start();
    for (const credentials of [first, second]) {
      await expect(kmsClient(url, credentials).send(new CreateKeyCommand({}))).resolves.toBeDefined();
    }
    // One link at a time, at a name for which there can be passkeys.
    const api = new KeysteadClient({ url });
    const look = async ({ signInToken: token }: typeof first) => (await api.lookAtEnrolment({ token })).kind;
    expect(second.signInLink).toBe(
      `${second.url}/console/welcome#${second.signInToken}`.replace('127.0.0.1', 'localhost'),
    );
    await expect(look(second)).resolves.toBe('first');
    await expect(look(first)).rejects.toMatchObject({ code: 'enrolment-refused' });
  });

  it('is refused without the seal, with another one, and nothing is lost by trying', async () => {
    const { first } = await start();
    await stop();
    const kept = `${home.config.sealFile}.kept`;
    renameSync(home.config.sealFile, kept);
    await expect(start()).rejects.toThrow(/there is no seal file/);
    const elsewhere = { ...home.config, dataFolder: join(home.folder, 'other') };
    await expect(initialise(elsewhere, { newCredentials: false })).rejects.toThrow(/holds checkpoints of one/);
    await initialise({ ...elsewhere, witnessFolders: [] }, { newCredentials: false });
    await expect(start()).rejects.toThrow(/belongs to another installation/);
    renameSync(kept, home.config.sealFile);
    const { url } = await start();
    await expect(kmsClient(url, first!).send(new CreateKeyCommand({}))).resolves.toBeDefined();
  });

  it('is refused with a database from yesterday', async () => {
    const { url, first } = await start();
    await stop();
    const yesterday = join(home.folder, 'yesterday.db');
    const { database } = dataPaths(home.config.dataFolder);
    cpSync(database, yesterday);
    const again = await start();
    await kmsClient(again.url, first!).send(new CreateKeyCommand({}));
    await stop();
    for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true });
    cpSync(yesterday, database);
    await expect(start()).rejects.toThrow(/turned back|older/i);
    await expect(verifyAudit(home.config, [], undefined)).rejects.toThrow(/turned back|older/i);
    expect(url).toBeDefined();
  });

  it('is refused with a row that somebody changed', async () => {
    const { url, first } = await start();
    await kmsClient(url, first!).send(new CreateKeyCommand({}));
    await stop();
    const db = new DatabaseSync(dataPaths(home.config.dataFolder).database);
    db.exec(
      `UPDATE record SET body = CAST(replace(CAST(body AS TEXT), '"active"', '"suspended"') AS BLOB) WHERE kind = 'key'`,
    );
    db.close();
    await expect(start()).rejects.toThrow(/state/i);
  });
});

/** The bytes of a file; none of a folder. */
function bytesOf(path: string): Buffer {
  return statSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0);
}
