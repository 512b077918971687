import type { Readable } from 'node:stream';

export type MaybePromise<T> = T | Promise<T>;

/** A request as a handler sees it: values alone, no connection. */
export interface HttpRequest {
  readonly method: string;
  /** As sent, without the query; not decoded, one character per byte. */
  readonly path: string;
  /** As sent, without the `?`; empty where there is none. */
  readonly query: string;
  /** Names and values in turn, as sent, doubles included. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The client's address: the peer's, or behind a trusted proxy whom that speaks for. Nobody else's word is believed. */
  readonly remoteAddress: string;
  /** Whether this server ended the TLS connection that brought it. */
  readonly isSecure?: boolean;
  /** A UUID of our own; nothing that the client sends is taken for it. */
  readonly requestId: string;
}

/** A request whose body is read by the handler, chunk by chunk. */
export interface StreamRequest extends Omit<HttpRequest, 'body'> {
  readonly body: Readable;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names and values in turn. `Content-Length`, `Date` and `Connection` are the server's. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Why the server answers in the handler's place. */
export type ServerRefusal = 'body-too-large' | 'timed-out' | 'failed';

/** How a caller proves who it is: for the table of routes and its tests. The handler does the proving. */
export type AuthKind = 'none' | 'signature' | 'token' | 'session' | 'client-certificate';

interface RouteBase {
  readonly method: string;
  /** The exact path; or a path that ends in `/*`, for everything below it. */
  readonly path: string;
  readonly auth: AuthKind;
  /** How long a handler may take before the server answers `timed-out`. */
  readonly timeoutMs: number;
  /** Says a refusal of the server in the words of this route's wire. */
  readonly refuse: (refusal: ServerRefusal, requestId: string) => HttpAnswer;
}

/** An endpoint that wants its body whole. */
export interface BufferRoute extends RouteBase {
  readonly body: 'buffer';
  /** A larger body is refused before it is read. */
  readonly bodyLimitBytes: number;
  readonly handler: (request: HttpRequest) => MaybePromise<HttpAnswer>;
}

/** An endpoint that reads its body itself, and bounds it itself. */
export interface StreamRoute extends RouteBase {
  readonly body: 'stream';
  readonly handler: (request: StreamRequest) => MaybePromise<HttpAnswer>;
}

/** An endpoint as a value. */
export type Route = BufferRoute | StreamRoute;
