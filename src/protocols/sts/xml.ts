import type { HttpAnswer } from '../../http/route.ts';
import type { StsError } from './errors.ts';

/** What an element holds: text, further elements in their order, or nothing where it is undefined. */
export type Content = string | number | { readonly [name: string]: Content | undefined };

export const API_VERSION = '2011-06-15';
const NAMESPACE = `https://sts.amazonaws.com/doc/${API_VERSION}/`;

/** `<ActionResponse>` with its result and the id of the request. */
export function encodeAnswer(action: string, result: Content, requestId: string): HttpAnswer {
  const inner = element(`${action}Result`, result) + element('ResponseMetadata', { RequestId: requestId });
  return answer(200, `${action}Response`, inner, requestId);
}

export function encodeError({ code, text, status }: StsError, requestId: string): HttpAnswer {
  const error = { Type: status >= 500 ? 'Receiver' : 'Sender', Code: code, Message: text };
  const inner = element('Error', error) + element('RequestId', requestId);
  return answer(status, 'ErrorResponse', inner, requestId);
}

function answer(status: number, root: string, inner: string, requestId: string): HttpAnswer {
  const headers = ['x-amzn-RequestId', requestId, 'Content-Type', 'text/xml'];
  return { status, headers, body: Buffer.from(`<${root} xmlns="${NAMESPACE}">${inner}</${root}>`, 'utf8') };
}

function element(name: string, content: Content): string {
  const inner =
    typeof content === 'object'
      ? Object.entries(content)
          .map(([member, value]) => (value === undefined ? '' : element(member, value)))
          .join('')
      : escape(String(content));
  return `<${name}>${inner}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 section 2.4; what section 2.2 does not allow in a document at all becomes a question mark. */
function escape(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
      .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] as string)
      .replaceAll('\r', '&#13;')
  );
}
