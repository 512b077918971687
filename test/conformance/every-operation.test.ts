import { KeysteadClient } from '@keystead/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INPUTS, type OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import { missing } from './client.fixture.ts';
import { PYTHON, pythonClient } from './python-client.fixture.ts';
import { sdkClient } from './sdk-client.fixture.ts';
import { startInstallation, type RunningInstallation } from './server.fixture.ts';
import type { Access, TourClient } from './tour-client.fixture.ts';
import { guideOf, SECTIONS } from './tour.fixture.ts';

const SECOND_REGION = 'eu-west-1';

interface Kind {
  readonly name: string;
  /** Why it is not here. */
  readonly missing: string | undefined;
  readonly start: (access: Access) => TourClient;
}

const probe = (module: string) => missing({ name: module, command: PYTHON, probe: ['-c', `import ${module}`] });
const KINDS: readonly Kind[] = [
  { name: 'the AWS SDK for JavaScript', missing: undefined, start: sdkClient },
  { name: 'the AWS CLI', missing: probe('awscli'), start: (access) => pythonClient('aws_cli_driver.py', access) },
  { name: 'boto3', missing: probe('boto3'), start: (access) => pythonClient('boto3_driver.py', access) },
];

describe.each(KINDS)('every operation by $name', ({ missing: reason, start }) => {
  let server: RunningInstallation;
  let client: TourClient;
  const sent = new Set<OperationName>();

  beforeAll(async () => {
    if (reason !== undefined) return;
    server = await startInstallation();
    const { accessKeyId, secretAccessKey, region, apiKey } = server.first;
    await new KeysteadClient({ url: server.url, apiKey }).addRegion({ region: SECOND_REGION });
    const inner = start({ url: server.url, region, accessKeyId, secretAccessKey });
    client = {
      call: (operation, input, inRegion) => {
        sent.add(operation);
        return inner.call(operation, input, inRegion);
      },
      close: () => inner.close(),
    };
  });
  afterAll(async () => {
    await client?.close();
    await server?.close();
  });

  it.skipIf(reason !== undefined).each(SECTIONS)('$name', async ({ run, operations }) => {
    const { accountId, region } = server.first;
    const done = run(guideOf(client, { accountId, region, secondRegion: SECOND_REGION }));
    await expect(done).resolves.toBeUndefined();
    expect(operations.filter((operation) => !sent.has(operation))).toEqual([]);
  });

  it.skipIf(reason !== undefined)('has sent all of them, and the server logged no fault', () => {
    expect([...sent].toSorted()).toEqual(Object.keys(INPUTS).toSorted());
    expect(server.errors).toEqual([]);
  });
});
