/** An answer of the IBM Key Protect API, read. */
export interface KeyProtectAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes are what is tested
  readonly body: any;
  /** The code of an error. */
  readonly code: string | undefined;
}

export type KeyProtectCalls = (method: string, path: string, body?: object) => Promise<KeyProtectAnswer>;

/** Gets a token for an API key, as IBM's clients do. */
export async function bearer(url: string, apikey: string): Promise<string> {
  const answer = await fetch(`${url}/identity/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey,
      response_type: 'cloud_iam',
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Sends requests to one instance, like a client with no SDK. */
export function keyProtectCalls(url: string, instanceId: string, token: string): KeyProtectCalls {
  return async (method, path, body) => {
    const answer = await fetch(`${url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'bluemix-instance': instanceId },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = text === '' ? undefined : (JSON.parse(text) as KeyProtectAnswer['body']);
    return { status: answer.status, body: parsed, code: parsed?.resources?.[0]?.reasons?.[0]?.code };
  };
}
