import { randomBytes } from 'node:crypto';
import { headerOf } from '../../http/headers.ts';
import type { BufferRoute, HttpAnswer, HttpRequest } from '../../http/route.ts';
import { CONSOLE_FOLDER, ENCODINGS, readConsole, type ConsoleFile, type Encoding } from './files.ts';
import { fileHeaders, pageHeaders } from './headers.ts';

/** Every path of the console begins with this. */
const CONSOLE_PREFIX = '/console/';
const TIMEOUT_MS = 5_000;
const PAGE = 'index.html';
/** Where the build leaves room for the nonce of each answer. */
const NONCE = 'KEYSTEAD_NONCE';

/** `GET /console/*`: the page and its files. Nobody has to be signed in for them; they hold no secret. */
export function consoleRoute(folder: string = CONSOLE_FOLDER): BufferRoute {
  let read: ReadonlyMap<string, ConsoleFile> | undefined;
  return getRoute(`${CONSOLE_PREFIX}*`, (request) => {
    // Read at the first request, and again as long as the page is not there: it may be built while the server runs.
    if (read?.has(PAGE) !== true) read = readConsole(folder);
    const path = request.path.slice(CONSOLE_PREFIX.length);
    const file = path === PAGE ? undefined : read.get(path);
    if (file !== undefined) return fileAnswer(file, request);
    // A page of the console is a place in it: what it shows there is the page's to find out.
    if (/\.\w+$/.test(path)) return textAnswer(404, 'The console has no such file.');
    const page = read.get(PAGE);
    return page === undefined ? textAnswer(503, NOT_BUILT) : pageAnswer(page);
  });
}

/** Sends whoever opens `path` to the console. */
export function consoleEntrance(path: '/' | '/console'): BufferRoute {
  const headers = ['Location', CONSOLE_PREFIX, 'Cache-Control', 'no-store'];
  return getRoute(path, () => ({ status: 303, headers, body: Buffer.alloc(0) }));
}

function getRoute(path: string, handler: (request: HttpRequest) => HttpAnswer): BufferRoute {
  return {
    method: 'GET',
    path,
    auth: 'none',
    body: 'buffer',
    bodyLimitBytes: 0,
    timeoutMs: TIMEOUT_MS,
    refuse: (refusal) =>
      textAnswer(refusal === 'body-too-large' ? 413 : 500, `The console cannot be shown: ${refusal}.`),
    handler,
  };
}

function fileAnswer({ type, plain, encoded }: ConsoleFile, { rawHeaders }: HttpRequest): HttpAnswer {
  const accepted = (headerOf(rawHeaders, 'accept-encoding') ?? '').toLowerCase();
  const encoding = (Object.keys(ENCODINGS) as Encoding[]).find(
    (one) => encoded[one] !== undefined && new RegExp(`(?:^|[ ,])${one}(?:$|[ ,;])`).test(accepted),
  );
  const body = encoding === undefined ? plain : (encoded[encoding] as Buffer);
  return { status: 200, headers: fileHeaders(type, encoding), body };
}

function pageAnswer({ plain }: ConsoleFile): HttpAnswer {
  const nonce = randomBytes(16).toString('base64');
  const page = plain.toString('utf8').replaceAll(NONCE, nonce);
  return { status: 200, headers: pageHeaders(nonce), body: Buffer.from(page, 'utf8') };
}

function textAnswer(status: number, text: string): HttpAnswer {
  const headers = [
    'Content-Type',
    'text/plain; charset=utf-8',
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
  ];
  return { status, headers, body: Buffer.from(`${text}\n`, 'utf8') };
}

const NOT_BUILT =
  'The console has not been built. In the folder of Keystead: npm run build. Everything else works without it.';
