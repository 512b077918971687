import { dirname, join, resolve } from 'node:path';
import { PROXY_HEADERS, type TrustedProxies } from '../http/client-address.ts';
import { areEverybody, isProxyBlock } from '../http/proxy-blocks.ts';
import { isLoopback } from '../http/loopback.ts';
import { DEFAULT_QUOTAS, type Quotas } from '../keys/quotas.ts';
import { ConfigError } from './config-error.ts';
import { requireKnownNames } from './known-names.ts';
import { RATE_CLASSES, type Rates } from '../pipeline/rates.ts';
import { mailOf, type MailServer } from './mail.ts';
import { parseNumbers } from './numbers.ts';
import { parseRates } from './rates.ts';

export { ConfigError } from './config-error.ts';

/** Where the server listens. */
export interface Listen {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: { readonly certificatePath: string; readonly keyPath: string };
}

/** Hosts by name or address. What is absent is not limited further than the rules of egress do. */
export interface Egress {
  readonly allowedHosts?: readonly string[];
  readonly plainHttpHosts?: readonly string[];
}

/** Where AWS KMS reaches the external key store proxy. */
export interface XksProxy {
  readonly listen: Listen;
  /** `https://host[:port]`: what is entered at AWS as the proxy's URI endpoint. */
  readonly url?: string;
  /** Only clients with such a certificate get through the handshake. */
  readonly clientCertificates?: { readonly caPath: string; readonly names: readonly string[] };
}

/** What custom key stores rest on. */
export interface KeyStores {
  /** Where host names and VPC endpoint services of external key store proxies really are. */
  readonly connect: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
  /** How long such a proxy may take to answer; absent: as long as AWS KMS gives it. */
  readonly timeoutMs?: number;
  /** Further CAs for such proxies. */
  readonly caFile?: string;
  /** What is shown to proxies that ask for a client certificate. */
  readonly certificate?: { readonly certificatePath: string; readonly keyPath: string };
  /** The PKCS#11 tokens of this machine. */
  readonly tokensFile?: string;
}

/** Everything that can be set. Folders and files are absolute paths. */
export interface Config {
  readonly listen: Listen;
  readonly dataFolder: string;
  readonly sealFile: string;
  /** Copies of the newest checkpoints, kept away from the data, so that a whole data folder turned back is noticed. */
  readonly witnessFolders: readonly string[];
  /** Below these folders environments may keep backups. */
  readonly vaultRoots: readonly string[];
  /** Below these folders the server itself may read for a backup and write for a restore. */
  readonly sourceRoots: readonly string[];
  readonly runCommands?: readonly string[];
  /** The operator's own store for environments that bring none: a folder, or a JSON file that names stores. */
  readonly hosted?: { readonly place: string; readonly region: string };
  /** Whether environments may be reached as whom the server itself is. */
  readonly vaultOwnCredentials?: boolean;
  /** Which hosts the server may call for its tenants' master keys. */
  readonly egress: Egress;
  readonly keyStores?: KeyStores;
  /** Absent: there is no external key store proxy. */
  readonly xks?: XksProxy;
  /** Roots besides AWS's to which attestation documents may lead, in PEM. */
  readonly attestationRootsFile?: string;
  /** The region that the first start makes. */
  readonly region: string;
  readonly quotas: Quotas;
  /** How often each tenant may ask, by classes of operations. */
  readonly rates: Rates;
  /** Absent: no mail is sent. */
  readonly mail?: MailServer;
  /** Where people reach this server: for links in what they are told. */
  readonly publicUrl?: string;
  /** Absent: every request comes from the peer of its connection. */
  readonly proxies?: TrustedProxies;
  readonly logLevel: LogLevel;
}

export type LogLevel = (typeof LOG_LEVELS)[number];

const YES_NO = ['yes', 'no'] as const;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** One row per setting: its variable in the environment, its default, and what it is for. */
export const SETTINGS = {
  KEYSTEAD_LISTEN: {
    fallback: 'http://localhost:8420',
    about: 'where the server listens: http://HOST:PORT on loopback, https://HOST:PORT anywhere',
  },
  KEYSTEAD_TLS_CERT: { fallback: '', about: 'certificate chain in PEM, for https; read again when it changes' },
  KEYSTEAD_TLS_KEY: { fallback: '', about: 'private key in PEM, for https; read again when it changes' },
  KEYSTEAD_DATA: { fallback: './data', about: 'folder of the database and the audit log' },
  KEYSTEAD_SEAL: { fallback: './keystead.seal', about: "the seal's key file, outside the data folder, mode 0600" },
  KEYSTEAD_WITNESS: {
    fallback: '',
    about: 'folders for copies of the newest audit checkpoints, separated by commas; default: beside the seal file',
  },
  KEYSTEAD_VAULT_ROOTS: {
    fallback: '',
    about: 'folders below which backups may be kept, separated by commas; default: "vaults" beside the data folder',
  },
  KEYSTEAD_HOSTED_STORAGE: {
    fallback: '',
    about:
      "the operator's own store for environments that bring none: a folder, or a JSON file that names one store for each region; default: none",
  },
  KEYSTEAD_HOSTED_REGION: {
    fallback: '',
    about: 'the region that such a folder is in; default: KEYSTEAD_REGION',
  },
  KEYSTEAD_VAULT_OWN_CREDENTIALS: {
    fallback: 'no',
    about:
      "yes: environments may use the server's own AWS credentials, where every tenant is trusted with what they may do",
  },
  KEYSTEAD_SOURCE_ROOTS: {
    fallback: '',
    about: 'folders that the server may back up and restore to, separated by commas; default: none',
  },
  KEYSTEAD_RUN_COMMANDS: {
    fallback: '',
    about:
      'programs that tenants may have run before and after a backup, with any arguments, separated by commas; default: none',
  },
  KEYSTEAD_EGRESS_HOSTS: {
    fallback: '',
    about:
      'hosts that may be called for master keys, separated by commas; default: any but link-local and metadata addresses',
  },
  KEYSTEAD_EGRESS_PLAIN_HTTP: {
    fallback: '',
    about: 'hosts besides this machine that may be called without TLS, separated by commas; default: none',
  },
  KEYSTEAD_KEY_STORE_CONNECT: {
    fallback: '',
    about:
      'where external key store proxies are whose host, or VPC endpoint service, no public name leads to: NAME=HOST:PORT, separated by commas',
  },
  KEYSTEAD_KEY_STORE_CA: {
    fallback: '',
    about: 'CAs in PEM that external key store proxies may have certificates of, besides the public ones',
  },
  KEYSTEAD_KEY_STORE_TLS_CERT: {
    fallback: '',
    about: 'client certificate in PEM for external key store proxies that ask for one; read at the start',
  },
  KEYSTEAD_KEY_STORE_TLS_KEY: { fallback: '', about: 'its private key in PEM' },
  KEYSTEAD_KEY_STORE_TIMEOUT_MS: {
    fallback: '250',
    about: 'how long an external key store proxy may take to answer, 50 to 10000; AWS KMS gives it 250',
  },
  KEYSTEAD_HSM_TOKENS: {
    fallback: '',
    about:
      'file that names PKCS#11 tokens for custom key stores: clusterId, library, label, trustAnchor of each, in JSON',
  },
  KEYSTEAD_XKS_LISTEN: {
    fallback: '',
    about: 'where AWS KMS reaches the external key store proxy, like https://0.0.0.0:8443; default: nowhere',
  },
  KEYSTEAD_XKS_URL: {
    fallback: '',
    about: "the proxy's address as AWS has to call it, like https://xks.example.com: for what is shown to people",
  },
  KEYSTEAD_XKS_TLS_CERT: { fallback: '', about: 'certificate chain of the proxy in PEM; default: KEYSTEAD_TLS_CERT' },
  KEYSTEAD_XKS_TLS_KEY: { fallback: '', about: 'private key of the proxy in PEM; default: KEYSTEAD_TLS_KEY' },
  KEYSTEAD_XKS_CLIENT_CA: {
    fallback: '',
    about:
      'CAs in PEM: only clients with a certificate of theirs reach the proxy; default: the signature alone decides',
  },
  KEYSTEAD_XKS_CLIENT_NAMES: {
    fallback: '',
    about: 'the common names that their certificates may have, separated by commas: cks.kms.<AWS Region>.amazonaws.com',
  },
  KEYSTEAD_ATTESTATION_ROOTS: {
    fallback: '',
    about: "roots in PEM that attestation documents may lead to besides AWS's own; default: none",
  },
  KEYSTEAD_REGION: { fallback: 'us-east-1', about: 'the region that the first start makes' },
  KEYSTEAD_QUOTAS: {
    fallback: '',
    about: `how much there may be, as name=number, separated by commas; default: ${Object.entries(DEFAULT_QUOTAS)
      .map(([name, number]) => `${name}=${number}`)
      .join(',')}`,
  },
  KEYSTEAD_RATES: {
    fallback: '',
    about: `how often each tenant may ask, as class=requests per second/burst, separated by commas; classes: ${RATE_CLASSES.join(', ')}; default: not bounded`,
  },
  KEYSTEAD_SMTP_URL: {
    fallback: '',
    about: 'the mail server that takes alerts: smtp://HOST:PORT (with STARTTLS) or smtps://HOST:PORT; default: no mail',
  },
  KEYSTEAD_SMTP_FROM: { fallback: '', about: 'the address that mails come from' },
  KEYSTEAD_SMTP_USER: { fallback: '', about: 'the user at the mail server; default: none' },
  KEYSTEAD_SMTP_PASSWORD_FILE: { fallback: '', about: 'file with the password; read at the start' },
  KEYSTEAD_SMTP_CA: {
    fallback: '',
    about: 'CAs in PEM that the mail server may have a certificate of; default: public ones',
  },
  KEYSTEAD_PUBLIC_URL: {
    fallback: '',
    about:
      'where people reach this server, like https://keys.example.com: what passkeys belong to, where identity providers send browsers back to, and for links; default: the address that it listens at, and no links in alerts',
  },
  KEYSTEAD_TRUSTED_PROXIES: {
    fallback: '',
    about:
      'addresses or CIDR blocks of proxies in front, separated by commas: what they say of whom a request comes from counts; default: nobody',
  },
  KEYSTEAD_PROXY_HEADER: {
    fallback: '',
    about: `the header in which they say it, and add to what is there: ${PROXY_HEADERS.join(' or ')}; default: ${PROXY_HEADERS[0]}`,
  },
  KEYSTEAD_LOG_LEVEL: { fallback: 'info', about: LOG_LEVELS.join(', ') },
} as const;

export type SettingName = keyof typeof SETTINGS;

/** Reads the settings from an environment. @throws {ConfigError} also for one that is misspelt */
export function readConfig(environment: { readonly [name: string]: string | undefined }): Config {
  requireKnownNames(environment, SETTINGS);
  const get = (name: SettingName): string => environment[name]?.trim() || SETTINGS[name].fallback;
  const dataFolder = resolve(get('KEYSTEAD_DATA'));
  const sealFile = resolve(get('KEYSTEAD_SEAL'));
  const allowedHosts = parts(get('KEYSTEAD_EGRESS_HOSTS'));
  const plainHttpHosts = parts(get('KEYSTEAD_EGRESS_PLAIN_HTTP'));
  const attestationRootsFile = get('KEYSTEAD_ATTESTATION_ROOTS');
  const hosted = get('KEYSTEAD_HOSTED_STORAGE');
  if (hosted === '' && get('KEYSTEAD_HOSTED_REGION') !== '')
    throw new ConfigError('KEYSTEAD_HOSTED_REGION is for a folder of KEYSTEAD_HOSTED_STORAGE: set both or neither');
  return {
    listen: parseListen('KEYSTEAD_LISTEN', get('KEYSTEAD_LISTEN'), get('KEYSTEAD_TLS_CERT'), get('KEYSTEAD_TLS_KEY')),
    dataFolder,
    sealFile,
    witnessFolders: folders(get('KEYSTEAD_WITNESS'), [`${sealFile}.checkpoints`]),
    vaultRoots: folders(get('KEYSTEAD_VAULT_ROOTS'), [join(dirname(dataFolder), 'vaults')]),
    sourceRoots: folders(get('KEYSTEAD_SOURCE_ROOTS'), []),
    runCommands: folders(get('KEYSTEAD_RUN_COMMANDS'), []),
    ...(hosted !== '' && {
      hosted: { place: resolve(hosted), region: get('KEYSTEAD_HOSTED_REGION') || get('KEYSTEAD_REGION') },
    }),
    vaultOwnCredentials:
      oneOf('KEYSTEAD_VAULT_OWN_CREDENTIALS', get('KEYSTEAD_VAULT_OWN_CREDENTIALS'), YES_NO) === 'yes',
    egress: {
      ...(allowedHosts.length > 0 && { allowedHosts }),
      ...(plainHttpHosts.length > 0 && { plainHttpHosts }),
    },
    keyStores: keyStoresOf(get),
    ...xksOf(get),
    ...(attestationRootsFile !== '' && { attestationRootsFile: resolve(attestationRootsFile) }),
    region: get('KEYSTEAD_REGION'),
    quotas: parseNumbers('KEYSTEAD_QUOTAS', get('KEYSTEAD_QUOTAS'), DEFAULT_QUOTAS),
    rates: parseRates('KEYSTEAD_RATES', get('KEYSTEAD_RATES')),
    ...mailFrom(get),
    ...publicUrlFrom(get('KEYSTEAD_PUBLIC_URL')),
    ...proxiesFrom(parts(get('KEYSTEAD_TRUSTED_PROXIES')), get('KEYSTEAD_PROXY_HEADER')),
    logLevel: oneOf('KEYSTEAD_LOG_LEVEL', get('KEYSTEAD_LOG_LEVEL'), LOG_LEVELS),
  };
}

function mailFrom(get: (name: SettingName) => string): Pick<Config, 'mail'> {
  const file = (name: SettingName): string => get(name) && resolve(get(name));
  const mail = mailOf({
    url: get('KEYSTEAD_SMTP_URL'),
    user: get('KEYSTEAD_SMTP_USER'),
    from: get('KEYSTEAD_SMTP_FROM'),
    passwordFile: file('KEYSTEAD_SMTP_PASSWORD_FILE'),
    caFile: file('KEYSTEAD_SMTP_CA'),
  });
  return mail === undefined ? {} : { mail };
}

function publicUrlFrom(text: string): Pick<Config, 'publicUrl'> {
  if (text === '') return {};
  if (/^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(text)) return { publicUrl: text };
  throw new ConfigError(`KEYSTEAD_PUBLIC_URL must be like https://keys.example.com, not "${text}"`);
}

function proxiesFrom(addresses: readonly string[], header: string): Pick<Config, 'proxies'> {
  if (addresses.length === 0) {
    if (header === '') return {};
    throw new ConfigError('KEYSTEAD_PROXY_HEADER is for KEYSTEAD_TRUSTED_PROXIES: set both or neither');
  }
  const wrong = addresses.find((text) => !isProxyBlock(text));
  if (wrong !== undefined)
    throw new ConfigError(
      `KEYSTEAD_TRUSTED_PROXIES must name addresses, or blocks like 10.0.0.0/24 that are not everybody, not "${wrong}"`,
    );
  if (areEverybody(addresses))
    throw new ConfigError(
      'KEYSTEAD_TRUSTED_PROXIES names everybody, in several blocks: anybody could then say where a request comes from. Name the proxies alone',
    );
  return { proxies: { addresses, header: oneOf('KEYSTEAD_PROXY_HEADER', header || PROXY_HEADERS[0], PROXY_HEADERS) } };
}

function keyStoresOf(get: (name: SettingName) => string): KeyStores {
  const caFile = get('KEYSTEAD_KEY_STORE_CA');
  const tokensFile = get('KEYSTEAD_HSM_TOKENS');
  const timeoutText = get('KEYSTEAD_KEY_STORE_TIMEOUT_MS');
  const timeoutMs = /^\d{2,5}$/.test(timeoutText) ? Number(timeoutText) : 0;
  if (timeoutMs < 50 || timeoutMs > 10_000)
    throw new ConfigError(`KEYSTEAD_KEY_STORE_TIMEOUT_MS must be 50 to 10000, not "${timeoutText}"`);
  const places = parts(get('KEYSTEAD_KEY_STORE_CONNECT')).map((text) => {
    const [, name = '', host = '', port] =
      /^([A-Za-z0-9.-]+)=(\[[0-9a-fA-F:.]+\]|[^[\]:=]+):(\d{1,5})$/.exec(text) ?? [];
    if (name === '' || Number(port) > 65_535)
      throw new ConfigError(`KEYSTEAD_KEY_STORE_CONNECT must be like xks.example.com=10.0.0.7:8443, not "${text}"`);
    return [name.toLowerCase(), { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) }] as const;
  });
  const [certFile, keyFile] = [get('KEYSTEAD_KEY_STORE_TLS_CERT'), get('KEYSTEAD_KEY_STORE_TLS_KEY')];
  if ((certFile === '') !== (keyFile === ''))
    throw new ConfigError('KEYSTEAD_KEY_STORE_TLS_CERT and KEYSTEAD_KEY_STORE_TLS_KEY belong together');
  return {
    connect: new Map(places),
    timeoutMs,
    ...(certFile !== '' && { certificate: { certificatePath: resolve(certFile), keyPath: resolve(keyFile) } }),
    ...(caFile !== '' && { caFile: resolve(caFile) }),
    ...(tokensFile !== '' && { tokensFile: resolve(tokensFile) }),
  };
}

function xksOf(get: (name: SettingName) => string): Pick<Config, 'xks'> {
  const text = get('KEYSTEAD_XKS_LISTEN');
  const caFile = get('KEYSTEAD_XKS_CLIENT_CA');
  const names = parts(get('KEYSTEAD_XKS_CLIENT_NAMES'));
  const url = get('KEYSTEAD_XKS_URL');
  if (text === '') {
    const stray = (['KEYSTEAD_XKS_CLIENT_CA', 'KEYSTEAD_XKS_CLIENT_NAMES', 'KEYSTEAD_XKS_URL'] as const).find(get);
    if (stray !== undefined)
      throw new ConfigError(`${stray} is set, but KEYSTEAD_XKS_LISTEN is not: set both or neither`);
    return {};
  }
  const listen = parseListen(
    'KEYSTEAD_XKS_LISTEN',
    text,
    get('KEYSTEAD_XKS_TLS_CERT') || get('KEYSTEAD_TLS_CERT'),
    get('KEYSTEAD_XKS_TLS_KEY') || get('KEYSTEAD_TLS_KEY'),
  );
  if ((caFile === '') !== (names.length === 0))
    throw new ConfigError('KEYSTEAD_XKS_CLIENT_CA and KEYSTEAD_XKS_CLIENT_NAMES belong together: set both or neither');
  if (caFile !== '' && listen.tls === undefined)
    throw new ConfigError('KEYSTEAD_XKS_CLIENT_CA is for https only: let KEYSTEAD_XKS_LISTEN begin with https://');
  if (url !== '' && !/^https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(url))
    throw new ConfigError(`KEYSTEAD_XKS_URL must be like https://xks.example.com, not "${url}"`);
  return {
    xks: {
      listen,
      ...(url !== '' && { url }),
      ...(caFile !== '' && { clientCertificates: { caPath: resolve(caFile), names } }),
    },
  };
}

function parseListen(name: SettingName, text: string, certFile: string, keyFile: string): Listen {
  const url = /^(?:(https?):\/\/)?(\[[0-9a-fA-F:.]+\]|[^[\]/:]+):(\d{1,5})\/?$/.exec(text);
  const port = Number(url?.[3]);
  if (!url || port > 65_535) throw new ConfigError(`${name} must be like http://localhost:8420, not "${text}"`);
  const host = (url[2] as string).replaceAll(/[[\]]/g, '');
  if (url[1] === 'https') {
    if (certFile === '' || keyFile === '') {
      throw new ConfigError(
        'to listen with https, set KEYSTEAD_TLS_CERT and KEYSTEAD_TLS_KEY to the certificate and key files',
      );
    }
    return { host, port, tls: { certificatePath: resolve(certFile), keyPath: resolve(keyFile) } };
  }
  if (!isLoopback(host)) {
    throw new ConfigError(
      `${name} is ${text}: beyond loopback only https is served. Use https:// with KEYSTEAD_TLS_CERT and KEYSTEAD_TLS_KEY, or listen on localhost`,
    );
  }
  return { host, port };
}

function folders(text: string, fallback: readonly string[]): readonly string[] {
  const named = parts(text);
  return (named.length > 0 ? named : fallback).map((path) => resolve(path));
}

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function oneOf<T extends string>(name: SettingName, text: string, values: readonly T[]): T {
  if ((values as readonly string[]).includes(text)) return text as T;
  throw new ConfigError(`${name} must be one of ${values.join(', ')}, not "${text}"`);
}
