import { hash } from 'node:crypto';
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import type { Server } from 'node:https';
import { dirname } from 'node:path';
import { createSecureContext, type TLSSocket } from 'node:tls';

/** Where the server's certificate chain and its private key lie, both PEM. */
export interface CertificateFiles {
  readonly certificatePath: string;
  readonly keyPath: string;
}

export interface CertificatePair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Which clients a server takes at all: those whose certificate one of the CAs issued to one of the names. */
export interface ClientCertificates {
  /** PEM, one or several. Read when the server starts. */
  readonly caPath: string;
  /** Common names, as the subject of the certificate has them. */
  readonly names: readonly string[];
}

/** A directory that does not tell of changes (a network share) is read again this often. */
const POLL_MS = 60_000;
/** The two files are seldom replaced in the same instant. */
const SETTLE_MS = 250;

/**
 * Reads certificate and key, and checks that they belong together.
 *
 * @throws {Error} when a file cannot be read, is not PEM, or the key is another certificate's.
 */
export function readCertificate(files: CertificateFiles): CertificatePair {
  const pair = { cert: readFileSync(files.certificatePath), key: readFileSync(files.keyPath) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new Error(
      `the certificate ${files.certificatePath} and the key ${files.keyPath} cannot be used: both must be PEM, and the key the certificate's (${(error as Error).message})`,
      { cause: error },
    );
  }
  return pair;
}

/**
 * Gives the server its new certificate when the files change, without closing a connection. A pair that does not fit
 * is reported and the old one stays. `fixed`: what of the context does not change. Answers the function that ends the watch.
 */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  files: CertificateFiles,
  current: CertificatePair,
  onFault: (error: unknown) => void,
  fixed: { readonly ca?: Buffer } = {},
): () => void {
  let known = fingerprint(current);
  let settling: NodeJS.Timeout | undefined;
  const refresh = (): void => {
    try {
      const pair = readCertificate(files);
      const next = fingerprint(pair);
      if (next === known) return;
      server.setSecureContext({ ...pair, ...fixed, minVersion: 'TLSv1.2' });
      known = next;
    } catch (error) {
      onFault(error);
    }
  };
  // The directories, since a certificate is renewed by renaming a file or a link over the old one.
  const watchers: FSWatcher[] = [...new Set([dirname(files.certificatePath), dirname(files.keyPath)])].map(
    (directory) =>
      watch(directory, { persistent: false }, () => {
        clearTimeout(settling);
        settling = setTimeout(refresh, SETTLE_MS).unref();
      }).on('error', onFault),
  );
  const poll = setInterval(refresh, POLL_MS).unref();
  return () => {
    clearInterval(poll);
    clearTimeout(settling);
    for (const watcher of watchers) watcher.close();
  };
}

function fingerprint({ cert, key }: CertificatePair): string {
  return `${hash('sha256', cert)} ${hash('sha256', key)}`;
}

/** What a server that asks for client certificates is made with. @throws {Error} the CA file cannot be read, or is none */
export function readClientCa({ caPath }: ClientCertificates): { readonly ca: Buffer } {
  const ca = readFileSync(caPath);
  try {
    createSecureContext({ ca });
    if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate');
  } catch (error) {
    throw new Error(
      `the CA for client certificates ${caPath} cannot be used: it must hold certificates in PEM (${(error as Error).message})`,
      { cause: error },
    );
  }
  return { ca };
}

/** Whether the certificate that a client has proven is one of these names'. */
export function isClientNamed(socket: TLSSocket, names: readonly string[]): boolean {
  // A subject with several common names gives a list, whatever the types say.
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' && names.includes(name);
}
