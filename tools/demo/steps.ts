import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
} from '@aws-sdk/client-kms';
import { keyCheckValue } from '@keystead/sdk';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { lstatSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytes as asBytes } from '../../src/cli/progress.ts';
import { FolderTarget } from '../../src/vault/targets/folder.ts';
import { proveCiphertext } from '../../src/vault/check/proof.ts';
import { compare, digests, inside, walk } from './folders.ts';
import { require, type Told } from './narrator.ts';
import { refused, succeeded } from './runs.ts';
import { runKeystead } from './server.ts';
import { openStage, type Stage } from './stage.ts';

/** One step of the demo: it does something for real, and throws unless it came out as it must. */
export interface Step {
  readonly title: string;
  run(stage: Stage): Promise<Told>;
}

const MIB = 1 << 20;
const vaultFolder = (stage: Stage): string => join(stage.home, 'vaults', 'demo');
const keyIdOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** 32 bytes that no server has seen. In life they come out of the customer's own HSM. */
const material = randomBytes(32);

export const STEPS: readonly Step[] = [
  {
    title: 'Start',
    async run(stage) {
      const { accountId, region } = await openStage(stage);
      const { url } = stage.server!;
      return {
        text: `a server at ${url}, tenant with account ${accountId} in ${region}`,
        facts: { url, accountId, region },
      };
    },
  },
  {
    title: 'Create a key for material of your own',
    async run(stage) {
      const { KeyMetadata } = await stage.kms!.send(
        new CreateKeyCommand({ Origin: 'EXTERNAL', Description: 'brought by its owner' }),
      );
      require(KeyMetadata?.KeyState === 'PendingImport', `the new key is ${KeyMetadata?.KeyState}`);
      stage.broughtKeyArn = KeyMetadata.Arn as string;
      return { text: `${stage.broughtKeyArn} waits for it`, facts: { keyArn: stage.broughtKeyArn } };
    },
  },
  { title: 'Bring the key', run: bringKey },
  {
    title: 'Create a backup environment',
    async run(stage) {
      const { accessKeyId, secretAccessKey, region } = stage.credentials!;
      const { environment, checks } = await stage.admin!.createEnvironment({
        label: 'Demo',
        storage: { type: 'folder', path: vaultFolder(stage), region },
        encryptAutomatically: true,
        masterKey: {
          provider: 'aws-kms',
          keyId: stage.broughtKeyArn!,
          endpoint: stage.server!.url,
          accessKeyId,
          secretAccessKey,
        },
      });
      stage.backupEnvironment = environment;
      const passed = checks.filter(({ outcome }) => outcome === 'passed').length;
      require(checks.every(({ outcome }) => outcome !== 'failed'), 'a check of the environment failed');
      return {
        text: `storage: folder in ${region}, encrypted automatically by AWS-KMS under the key; ${passed} checks passed`,
        facts: { environmentId: environment.environmentId, checks: passed },
      };
    },
  },
  { title: 'Back up', run: (stage) => backUp(stage, 'Backing up') },
  { title: 'Look at what was stored', run: proveStored },
  { title: 'Restore', run: (stage) => restoreAndCompare(stage, 'first') },
  {
    title: 'Switch the key off',
    async run(stage) {
      await stage.kms!.send(new DisableKeyCommand({ KeyId: stage.broughtKeyArn! }));
      const { environmentId } = stage.backupEnvironment!;
      const [source, snapshotId] = [...stage.snapshots][0] as [string, string];
      const restore = await refused(stage, 'Restoring', () =>
        stage.admin!.startRestore(environmentId, { snapshotId, destination: join(stage.restoreFolder, 'dark') }),
      );
      const backup = await refused(stage, 'Backing up', () => stage.admin!.startBackup(environmentId, { source }));
      return {
        text: `restore and backup are refused: ${restore.message}`,
        facts: { restore, backup },
      };
    },
  },
  {
    title: 'Switch it on again',
    async run(stage) {
      await stage.kms!.send(new EnableKeyCommand({ KeyId: stage.broughtKeyArn! }));
      const backup = await backUp(stage, 'Backing up again');
      const restore = await restoreAndCompare(stage, 'second');
      return { text: `both work: ${backup.text}; ${restore.text}`, facts: { ...backup.facts, ...restore.facts } };
    },
  },
  { title: 'Move to another master key', run: moveMasterKey },
  { title: 'Verify the audit log', run: verifyLog },
];

async function bringKey(stage: Stage): Promise<Told> {
  const KeyId = stage.broughtKeyArn!;
  const parameters = await stage.kms!.send(
    new GetParametersForImportCommand({ KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' }),
  );
  const wrappingKey = createPublicKey({ key: Buffer.from(parameters.PublicKey!), format: 'der', type: 'spki' });
  const wrapped = publicEncrypt(
    { key: wrappingKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    material,
  );
  await stage.kms!.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial: wrapped,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
  );
  const { KeyMetadata } = await stage.kms!.send(new DescribeKeyCommand({ KeyId }));
  require(KeyMetadata?.KeyState === 'Enabled', `the key is ${KeyMetadata?.KeyState} after the import`);
  const here = await keyCheckValue(new Uint8Array(material));
  const key = await stage.admin!.getKey(stage.credentials!.region, keyIdOf(KeyId));
  const there = key.versions.find(({ checkValue }) => checkValue !== undefined)?.checkValue;
  require(here === there, `what arrived (${there}) is not what was sent (${here})`);
  return {
    text: `32 bytes made here, wrapped, imported; check value ${here} here and ${there} there`,
    facts: { here, there },
  };
}

async function backUp(stage: Stage, label: string): Promise<Told> {
  const { environmentId } = stage.backupEnvironment!;
  let [files, read, stored, problems] = [0, 0, 0, 0];
  for (const source of stage.sources) {
    const run = await succeeded(
      stage,
      `${label} ${basename(source)}`,
      await stage.admin!.startBackup(environmentId, { source }),
    );
    const { report } = run;
    require(report?.snapshotId !== undefined, 'the backup says of no snapshot');
    stage.snapshots.set(source, report.snapshotId);
    files += report.files ?? 0;
    read += report.readBytes ?? 0;
    stored += report.storedBytes ?? 0;
    problems += report.problemCount ?? 0;
  }
  const skipped = problems === 0 ? '' : `, ${problems} could not be read and are reported`;
  return {
    text: `${files} files, ${asBytes(read)} read, ${asBytes(stored)} stored${skipped}`,
    facts: { files, readBytes: read, storedBytes: stored, problems, snapshots: [...stage.snapshots.values()] },
  };
}

async function proveStored(stage: Stage): Promise<Told> {
  const files = stage.sources
    .flatMap((source) => [...walk(source)].map((path) => inside(source, path)))
    .filter((path) => isUtf8(path) && lstatSync(path).isFile())
    .map(String);
  require(files.length > 0, 'the source has no file whose bytes could be looked for: name another one by --source');
  const sample = files.filter((_, i) => i % Math.max(1, Math.floor(files.length / 200)) === 0);
  const target = new FolderTarget(vaultFolder(stage));
  const report = await proveCiphertext({ target, files: sample, maxNeedles: 400, maxBytes: 1024 * MIB });
  require(report.found.length === 0, `plaintext was found in ${report.found[0]}`);
  require(report.entropyBitsPerByte >
    7.9, `what was stored has only ${report.entropyBitsPerByte.toFixed(3)} bits per byte`);
  return {
    text: `${report.objects} objects, ${asBytes(report.lookedAt)} of ${asBytes(report.bytes)} looked at: ${report.entropyBitsPerByte.toFixed(4)} bits of entropy per byte of the packs; none of ${report.needles} pieces of the files is in them`,
    facts: { ...report },
  };
}

/** Restores every source into a folder of that name, and compares it with the source or with an earlier restore of it. */
async function restoreAndCompare(stage: Stage, name: string, like?: string): Promise<Told> {
  const { environmentId } = stage.backupEnvironment!;
  let [files, bytes] = [0, 0];
  for (const [i, [source, snapshotId]] of [...stage.snapshots].entries()) {
    const place = (folder: string): string => join(stage.restoreFolder, folder, `${i + 1}-${basename(source)}`);
    const started = await stage.admin!.startRestore(environmentId, { snapshotId, destination: place(name) });
    await succeeded(stage, `Restoring ${basename(source)}`, started);
    const same = compare(like === undefined ? source : place(like), place(name));
    files += same.files;
    bytes += same.bytes;
  }
  return {
    text: `${files} files, ${asBytes(bytes)}, every byte the same`,
    facts: { restoredFiles: files, restoredBytes: bytes },
  };
}

async function moveMasterKey(stage: Stage): Promise<Told> {
  const { accessKeyId, secretAccessKey } = stage.credentials!;
  const { KeyMetadata } = await stage.kms!.send(new CreateKeyCommand({ Description: 'the next master key' }));
  stage.secondKeyArn = KeyMetadata?.Arn as string;
  const packs = join(vaultFolder(stage), 'packs');
  const before = await digests(packs);
  const run = await succeeded(
    stage,
    'Moving',
    await stage.admin!.changeMasterKey(stage.backupEnvironment!.environmentId, {
      provider: 'aws-kms',
      keyId: stage.secondKeyArn,
      endpoint: stage.server!.url,
      accessKeyId,
      secretAccessKey,
    }),
  );
  const after = await digests(packs);
  require(before.size === after.size &&
    [...before].every(([path, digest]) => after.get(path) === digest), 'a pack was rewritten');
  // The old key is off for good: what opens now opens under the new one.
  await stage.kms!.send(new DisableKeyCommand({ KeyId: stage.broughtKeyArn! }));
  const { text } = await restoreAndCompare(stage, 'third', 'second');
  for (const name of ['second', 'third']) rmSync(join(stage.restoreFolder, name), { recursive: true });
  const envelopes = run.report?.rewrapped;
  return {
    text: `${envelopes} envelopes wrapped anew, ${after.size} packs untouched; with the old key switched off: ${text}`,
    facts: { envelopes, packs: after.size, secondKeyArn: stage.secondKeyArn },
  };
}

async function verifyLog(stage: Stage): Promise<Told> {
  await stage.server!.stop();
  const verified = JSON.parse(await runKeystead(stage.environment, ['audit', 'verify', '--json'])) as Verified;
  const entries = verified.logs.reduce((sum, { size }) => sum + size, 0);
  require(verified.verified && entries > 0, 'the audit log is empty');
  const records = verified.state?.records;
  return {
    text: `${entries} entries in ${verified.logs.length} logs, from the first on, offline; the ${records} records of the database are those of the logs`,
    facts: { entries, logs: verified.logs, records },
  };
}

/** What `keystead audit verify --json` prints. */
interface Verified {
  readonly verified: boolean;
  readonly logs: readonly { readonly log: string; readonly size: number; readonly root: string }[];
  readonly state?: { readonly records: number };
}
