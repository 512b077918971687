import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresConnection } from './connection.ts';

const VERSIONS = '/usr/lib/postgresql';
/** Newest version that has a server, and not its client programs alone. */
const NEWEST = (existsSync(VERSIONS) ? readdirSync(VERSIONS) : [])
  .filter((version) => existsSync(join(VERSIONS, version, 'bin', 'initdb')))
  .toSorted((a, b) => Number(b) - Number(a))[0];
/** Hosts of CI must have it: there the tests fail without. */
export const hasPostgres = NEWEST !== undefined || process.env['KEYSTEAD_TEST_REQUIRE_ALL'] === '1';

const PASSWORD = `p'a"ss:w\\ord ü ${'x'.repeat(20)}`;

/** A PostgreSQL server of its own: data and socket in a new folder, as another user than root, who is refused. */
export class PostgresServer {
  readonly folder = mkdtempSync('/tmp/kpg-');
  readonly port: number;
  readonly superuser = 'the boss';
  readonly password: Buffer = Buffer.from(PASSWORD);
  readonly bin: string;
  readonly #asUser: readonly string[];

  readonly #listens: boolean;

  /** `tcpPort`: a free port of this machine, to listen on beside the socket. */
  constructor(tcpPort?: number) {
    this.port = tcpPort ?? 5432;
    this.#listens = tcpPort !== undefined;
    if (NEWEST === undefined) throw new Error(`there is no PostgreSQL server below ${VERSIONS}`);
    this.bin = join(VERSIONS, NEWEST, 'bin');
    this.#asUser = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
    if (this.#asUser.length > 0) execFileSync('chown', ['postgres', this.folder]);
    const passwords = join(this.folder, 'password');
    writeFileSync(passwords, this.password, { mode: 0o600 });
    if (this.#asUser.length > 0) execFileSync('chown', ['postgres', passwords]);
    this.#run('initdb', `--pgdata=${this.#data}`, `--username=${this.superuser}`, `--pwfile=${passwords}`, ...INITDB);
    this.start();
  }

  get connection(): PostgresConnection {
    return { host: this.folder, port: this.port, user: this.superuser, password: Buffer.from(this.password) };
  }

  start(): void {
    const listen = this.#listens ? '127.0.0.1' : '';
    const options = `-c listen_addresses=${listen} -c port=${this.port} -c unix_socket_directories=${this.folder} -c fsync=off -c full_page_writes=off`;
    this.#run('pg_ctl', 'start', '-w', '-D', this.#data, '-o', options, '-l', join(this.folder, 'log'));
    // The socket is for everybody who has the password.
    chmodSync(this.folder, 0o755);
  }

  /** What SQL answers. */
  sql(database: string, sql: string): string {
    const name = `dbname='${database.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
    const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', name, '-c', sql];
    return execFileSync(join(this.bin, 'psql'), args, this.#client).toString().trim();
  }

  /** Runs one of the client programs as the superuser. */
  run(program: string, ...args: string[]): void {
    execFileSync(join(this.bin, program), args, this.#client);
  }

  /** Kills every process of the server, as a power cut would. */
  kill(): void {
    const pid = Number(readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    for (const one of [pid, ...children]) killIfThere(one);
    while ([pid, ...children].some(isThere)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    // Where nobody takes the dead away, the number of the dead server would still be taken.
    rmSync(join(this.#data, 'postmaster.pid'), { force: true });
    for (const name of [`.s.PGSQL.${this.port}`, `.s.PGSQL.${this.port}.lock`]) {
      rmSync(join(this.folder, name), { force: true });
    }
  }

  remove(): void {
    try {
      this.#run('pg_ctl', 'stop', '-m', 'immediate', '-D', this.#data);
    } catch {
      // It was killed.
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  get #client(): ExecFileSyncOptions {
    const env = {
      ...process.env,
      PGHOST: this.folder,
      PGPORT: String(this.port),
      PGUSER: this.superuser,
      PGPASSWORD: PASSWORD,
    };
    return { env, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 };
  }

  #run(program: string, ...args: string[]): void {
    const [command, ...rest] = [...this.#asUser, join(this.bin, program), ...args];
    execFileSync(command as string, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  }
}

const INITDB = ['--auth=scram-sha-256', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'];

/** One of the server's own may have come to its end by itself. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a process is there and not dead: proc(5), /proc/pid/stat field 3. */
function isThere(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}
