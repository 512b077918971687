import { randomUUID } from 'node:crypto';
import { wipe } from '../bytes/bytes.ts';
import { base64Of, bytesOfBase64 } from './byte-text.ts';

type Fetch = typeof globalThis.fetch;

/**
 * A client's way to send a secret as a value of its JSON without ever holding it as a string: the client is given the
 * placeholder, and what goes out has the secret in base64 there.
 */
export function sendingSecret(secret: Uint8Array): { readonly placeholder: string; readonly fetch: Fetch } {
  const placeholder = randomUUID();
  return {
    placeholder,
    async fetch(input, init) {
      const [before = '', after, ...more] = typeof init?.body === 'string' ? init.body.split(placeholder) : [];
      if (after === undefined || more.length > 0) throw new TypeError('the secret has no one place in the request');
      const value = base64Of(secret);
      const body = Buffer.concat([Buffer.from(before), value, Buffer.from(after)]);
      try {
        return await fetch(input, { ...init, body });
      } finally {
        wipe(value, body);
      }
    },
  };
}

/**
 * A client's way to receive a secret: the member of the answer's JSON that bears it in base64 comes to the client empty,
 * and is taken from here. The caller wipes it.
 */
export function receivingSecret(member: string): { readonly take: () => Buffer; readonly fetch: Fetch } {
  const mark = Buffer.from(`"${member}":"`);
  let secret: Buffer | undefined;
  return {
    take() {
      if (secret === undefined) throw new TypeError(`the answer bears no ${member} in base64`);
      return secret;
    },
    async fetch(input, init) {
      const response = await fetch(input, init);
      if (!response.ok) return response;
      const bytes = Buffer.from(await response.arrayBuffer());
      try {
        const from = bytes.indexOf(mark) + mark.length;
        const to = bytes.indexOf('"', from);
        if (from < mark.length || to < from) return new Response(bytes.toString('utf8'), response);
        secret = bytesOfBase64(bytes.subarray(from, to));
        const rest = [bytes.subarray(0, from), bytes.subarray(to)].map((part) => part.toString('utf8')).join('');
        return new Response(rest, { status: response.status });
      } finally {
        wipe(bytes);
      }
    },
  };
}
