import { EgressRefusedError, type EgressGuard } from '../../clients/egress.ts';
import { VaultError } from '../errors.ts';

/** How far TLS is asked for: libpq's own words. Without `prefer`: it takes plain text where somebody asks for it. */
export type PostgresTls = 'disable' | 'require' | 'verify-full';

/** Where a PostgreSQL server is, and as whom to come. */
export interface PostgresConnection {
  /** A host name or address; or, from a `/` on, the folder of the server's socket. */
  readonly host: string;
  /** 5432 by default. */
  readonly port?: number;
  readonly user: string;
  /** UTF-8. */
  readonly password?: Buffer;
  /** By default `disable` on this machine and `require` elsewhere; `verify-full` also proves who the server is. */
  readonly tls?: PostgresTls;
  /** The file of the certificates that may sign the server's, in PEM; by default those of the system. */
  readonly tlsRootFile?: string;
}

const LOCAL = new Set(['localhost', '127.0.0.1', '::1']);
/** A file that is not there: what libpq would else look for is the own of whoever runs this process. */
const NONE = '/nonexistent/keystead';
const PASSED_ON = ['PATH', 'TMPDIR', 'TZ'];

/**
 * The variables of a client program that connects to a server, and nothing else of this process: arguments can be seen
 * by everybody on the machine, and a file with the password would outlive a run that is killed. `address` is what {@link addressOf}
 * answered.
 */
export function clientEnvironment(
  connection: PostgresConnection,
  address: string | undefined,
  database?: string,
): Record<string, string> {
  const { host, port, user, password, tls, tlsRootFile } = connection;
  const passed = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    LC_ALL: 'C.UTF-8',
    PGHOST: host,
    ...(address !== undefined && { PGHOSTADDR: address }),
    PGPORT: String(port ?? 5432),
    PGUSER: user,
    ...(password && { PGPASSWORD: Buffer.from(password).toString('utf8') }),
    ...(database !== undefined && { PGDATABASE: database }),
    PGSSLMODE: tls ?? (isOnThisMachine(host) ? 'disable' : 'require'),
    PGSSLROOTCERT: tlsRootFile ?? (tls === 'verify-full' ? SYSTEM_ROOTS : NONE),
    PGSSLCERT: NONE,
    PGSSLKEY: NONE,
    PGSSLCRL: NONE,
    PGPASSFILE: NONE,
    PGSERVICEFILE: NONE,
    PGSYSCONFDIR: NONE,
    PGGSSENCMODE: 'disable',
    PGCLIENTENCODING: 'UTF8',
    PGCONNECT_TIMEOUT: '15',
    PGAPPNAME: 'keystead',
  };
}

/** Where Debian and most others keep them; libpq takes the word `system` only since version 16. */
const SYSTEM_ROOTS = '/etc/ssl/certs/ca-certificates.crt';

function isOnThisMachine(host: string): boolean {
  return host.startsWith('/') || LOCAL.has(host);
}

/** libpq takes lists of hosts, and names of sockets that lie in no folder: nobody could say where those lead. */
function refuseHost(host: string): void {
  if (host.startsWith('/') ? !/[,\0]/.test(host) : /^[A-Za-z0-9._:-]+$/.test(host)) return;
  throw new VaultError(
    'source-failed',
    'The PostgreSQL server must be one host name, one address, or the folder of a socket',
  );
}

/**
 * Looks the host up, once: a name cannot be checked and then come to mean another place. `undefined` for a socket.
 *
 * @throws {VaultError} `source-failed` there is no such host, or the operator's rules do not let this installation go there
 */
export async function addressOf(
  { host, port = 5432 }: PostgresConnection,
  guard: EgressGuard,
): Promise<string | undefined> {
  refuseHost(host);
  if (host.startsWith('/')) return undefined;
  try {
    guard.check(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
    return await lookedUp(host, guard);
  } catch (cause) {
    if (cause instanceof EgressRefusedError) throw new VaultError('source-failed', cause.message, cause);
    throw new VaultError('source-failed', `The PostgreSQL server's host ${host} has no address`, cause);
  }
}

async function lookedUp(host: string, guard: EgressGuard): Promise<string> {
  return await new Promise((resolve, reject) => {
    guard.lookup()(host, { all: true }, (error, addresses) => {
      const first = Array.isArray(addresses) ? addresses[0] : undefined;
      if (first) resolve(first.address);
      else reject(error ?? new Error('no address'));
    });
  });
}
