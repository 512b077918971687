import * as kms from '@aws-sdk/client-kms';
import type { OperationName } from '../../src/protocols/aws-kms/model.gen.ts';
import { Refusal, type Access, type Answer, type TourClient } from './tour-client.fixture.ts';

type AnyCommand = new (input: object) => kms.DescribeKeyCommand;

/** The official SDK for JavaScript. */
export function sdkClient({ url, region, accessKeyId, secretAccessKey }: Access): TourClient {
  const clients = new Map<string, kms.KMSClient>();
  const clientIn = (inRegion: string): kms.KMSClient => {
    const credentials = { accessKeyId, secretAccessKey };
    const client =
      clients.get(inRegion) ?? new kms.KMSClient({ endpoint: url, region: inRegion, credentials, maxAttempts: 1 });
    clients.set(inRegion, client);
    return client;
  };
  return {
    async call<N extends OperationName>(operation: N, input: object, inRegion = region) {
      const Command = (kms as unknown as Readonly<Record<string, AnyCommand>>)[`${operation}Command`] as AnyCommand;
      try {
        const { $metadata: _, ...answer } = await clientIn(inRegion).send(new Command(input));
        return plain(answer) as Answer<N>;
      } catch (error) {
        if (error instanceof kms.KMSServiceException) throw new Refusal(error.name, error.message);
        throw error;
      }
    },
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
