import { XKS_KEY_ID, XKS_PATH } from '../../keys/xks-endpoint.ts';
import { XksError } from './errors.ts';

/** What a path asks for, below the prefix of its endpoint. */
export type XksCall =
  | { readonly operation: 'health' }
  | { readonly operation: 'metadata' | 'encrypt' | 'decrypt'; readonly xksKeyId: string };

const KEY_CALL = /^keys\/([^/]+)\/(metadata|encrypt|decrypt)$/;

/**
 * Reads the path of a request to an endpoint. What is routed is what was signed: nothing is decoded or tidied.
 *
 * @throws {XksError} InvalidUriPathException
 */
export function parsePath(path: string, query: string, pathPrefix: string): XksCall {
  const base = `${pathPrefix}${XKS_PATH}/`;
  const rest = path.startsWith(base) && query === '' ? path.slice(base.length) : '';
  if (rest === 'health') return { operation: 'health' };
  const [, xksKeyId = '', operation] = KEY_CALL.exec(rest) ?? [];
  if (!XKS_KEY_ID.test(xksKeyId)) {
    throw new XksError('InvalidUriPathException', `These credentials are for paths below ${base} only.`);
  }
  return { operation: operation as 'metadata' | 'encrypt' | 'decrypt', xksKeyId };
}
