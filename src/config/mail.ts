import { readFileSync } from 'node:fs';
import { isLoopback } from '../http/loopback.ts';
import { ConfigError } from './config-error.ts';

/** The operator's mail server, which takes alerts. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps://`); otherwise it begins with STARTTLS, and there is no going on without. */
  readonly isImplicitTls: boolean;
  /** No TLS: only on this machine. */
  readonly isPlain: boolean;
  readonly user?: string;
  readonly password?: Buffer;
  /** The address that mails come from. */
  readonly from: string;
  /** Further CAs, in PEM. */
  readonly ca?: string;
}

interface MailSettings {
  readonly url: string;
  readonly user: string;
  readonly passwordFile: string;
  readonly from: string;
  readonly caFile: string;
}

const ADDRESS = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,189}$/;

/** Reads the settings of the mail server; `undefined` where there is none. @throws {ConfigError} */
export function mailOf({ url, user, passwordFile, from, caFile }: MailSettings): MailServer | undefined {
  if (url === '') {
    if (user + passwordFile + from + caFile === '') return undefined;
    throw new ConfigError('settings of KEYSTEAD_SMTP are given, but KEYSTEAD_SMTP_URL is not: set it too, or none');
  }
  const [, scheme, hostText = '', portText] =
    /^(smtps?):\/\/(\[[0-9a-fA-F:.]+\]|[^[\]/:@]+)(?::(\d{1,5}))?\/?$/.exec(url) ?? [];
  const isImplicitTls = scheme === 'smtps';
  const port = Number(portText ?? (isImplicitTls ? 465 : 587));
  if (scheme === undefined || port > 65_535) {
    throw new ConfigError(
      `KEYSTEAD_SMTP_URL must be like smtp://mail.example.com:587 or smtps://mail.example.com:465, without a user or password, not "${url}"`,
    );
  }
  if (!ADDRESS.test(from)) {
    throw new ConfigError(`KEYSTEAD_SMTP_FROM must be an address like keystead@example.com, not "${from}"`);
  }
  if ((user === '') !== (passwordFile === '')) {
    throw new ConfigError('KEYSTEAD_SMTP_USER and KEYSTEAD_SMTP_PASSWORD_FILE belong together: set both or neither');
  }
  const host = hostText.replaceAll(/[[\]]/g, '');
  return {
    host,
    port,
    isImplicitTls,
    isPlain: !isImplicitTls && isLoopback(host),
    ...(user !== '' && { user, password: passwordIn(passwordFile) }),
    from,
    ...(caFile !== '' && { ca: textIn('KEYSTEAD_SMTP_CA', caFile) }),
  };
}

function passwordIn(file: string): Buffer {
  return Buffer.from(textIn('KEYSTEAD_SMTP_PASSWORD_FILE', file).replace(/\r?\n$/, ''), 'utf8');
}

function textIn(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${setting}: the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
