import type { Config, Listen } from '../config/config.ts';
import { isLoopback } from '../http/loopback.ts';
import { enrolmentLink } from '../identity/sign-in/enrolment.ts';
import { reissueFirstCredentials, type FirstCredentials } from './first-start.ts';
import { unsealInstallation } from './unsealed.ts';

/** What `keystead init` prints, once. */
export interface Initialised extends FirstCredentials {
  readonly url: string;
  /** Opens the console, where the first owner sets up how it signs in: once. */
  readonly signInLink: string;
}

/** An installation is there already, and nobody asked for new credentials. */
export class AlreadyInitialisedError extends Error {
  override readonly name = 'AlreadyInitialisedError';

  constructor(dataFolder: string) {
    super(
      `${dataFolder} holds an installation already, and its first credentials were shown when it was made. ` +
        'If they are lost, "keystead init --new-credentials" issues new ones',
    );
  }
}

/**
 * Makes an installation without serving it, or issues new credentials for the first administrator of one.
 *
 * @throws {AlreadyInitialisedError} {@link ConfigError} {@link SealError}
 */
export async function initialise(config: Config, options: { readonly newCredentials: boolean }): Promise<Initialised> {
  const fail = (error: Error): void => {
    throw error;
  };
  const unsealed = await unsealInstallation(config, { onStoreFailure: fail, onAuditFailure: fail });
  try {
    const { store, clock, random } = unsealed;
    if (unsealed.first === undefined && !options.newCredentials) throw new AlreadyInitialisedError(config.dataFolder);
    const context = { config, store, nowMs: clock(), random };
    const first = unsealed.first ?? (await reissueFirstCredentials(context));
    return initialised(config, urlOf(config.listen), first);
  } finally {
    await unsealed.close();
  }
}

/** What is shown of first credentials, for a server at this address. */
export function initialised(
  { publicUrl, listen }: Pick<Config, 'publicUrl' | 'listen'>,
  url: string,
  first: FirstCredentials,
): Initialised {
  const { hostname } = new URL(url);
  // Passkeys belong to names: an address of this machine has one.
  const named = isLoopback(listen.host) ? url.replace(hostname, 'localhost') : url;
  return { url, ...first, signInLink: enrolmentLink(publicUrl ?? named, Buffer.from(first.signInToken, 'ascii')) };
}

/** The address that clients are told. */
export function urlOf({ host, port, tls }: Listen): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
