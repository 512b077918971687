import type { IssuedCredential } from '@keystead/sdk';

/** What of a new credential is secret, and what goes with it. */
export function secretsOf({
  apiKey,
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: IssuedCredential): readonly (readonly [name: string, value: string])[] {
  const values = [
    ['API key', apiKey],
    ['Access key id', accessKeyId],
    ['Secret access key', secretAccessKey],
    ['Session token', sessionToken],
  ] as const;
  return values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** The same as lines for a shell, by the names under which tools look for them. */
export function secretFile(issued: IssuedCredential, of: string, url: string) {
  const { apiKey, accessKeyId, secretAccessKey, sessionToken } = issued;
  const lines = [
    apiKey !== undefined && `KEYSTEAD_URL=${url}`,
    apiKey !== undefined && `KEYSTEAD_API_KEY=${apiKey}`,
    accessKeyId !== undefined && `AWS_ACCESS_KEY_ID=${accessKeyId}`,
    secretAccessKey !== undefined && `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    sessionToken !== undefined && `AWS_SESSION_TOKEN=${sessionToken}`,
    accessKeyId !== undefined && `AWS_ENDPOINT_URL=${url}`,
  ].filter((line) => line !== false);
  return { name: `${of.replaceAll(/[^\w.-]/g, '-')}.env`, text: `${lines.join('\n')}\n` };
}
