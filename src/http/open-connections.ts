import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Which answer is the last one of each connection once the server closes. A connection may bring several requests before
 * the first is answered (RFC 9112 section 9.3.2): all that have arrived are answered, in their order, and the last answer
 * says `Connection: close`. Nothing that comes behind that is served (section 9.6).
 */
export class OpenConnections {
  readonly #newest = new Map<Socket, ServerResponse>();
  #isClosing = false;

  /** Whether a request that has come is to be served. */
  take({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const before = this.#newest.get(socket);
    if (before === undefined) socket.once('close', () => this.#newest.delete(socket));
    else if (before.headersSent && !before.shouldKeepAlive) return false;
    else if (this.#isClosing) before.shouldKeepAlive = true;
    this.#newest.set(socket, response);
    if (this.#isClosing) response.shouldKeepAlive = false;
    return true;
  }

  /** The server closes: connections end with the answer to what came last on them. */
  close(): void {
    this.#isClosing = true;
    for (const [socket, response] of this.#newest) {
      if (!response.headersSent) response.shouldKeepAlive = false;
      else if (!response.writableFinished) {
        // It waits behind others, and has said that the connection goes on.
        response.once('finish', () => {
          if (this.#newest.get(socket) === response) socket.destroySoon();
        });
      }
    }
  }
}
