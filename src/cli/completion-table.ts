import type { Command } from 'commander';

/**
 * What stands in the place of a value: words with `|` between them, `:files`, or what the server has: `:keys`,
 * `:regions`, `:rings`, `:environments`. Empty: anything.
 */
export type ValueKind = string;

/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly path: string;
  /** By their long names; `null` for those without a value. */
  readonly options: Readonly<Record<string, ValueKind | null>>;
  readonly arguments: readonly ValueKind[];
}

/** Values that are known beforehand, by option or argument; the admin API's description has the same (a test). */
export const CHOICES: Readonly<Record<string, string>> = {
  'key list --state':
    'enabled|disabled|deactivated|pending-import|unavailable|pending-deletion|pending-replica-deletion|deleted|gone',
  'key list --origin': 'generated|imported|remote|hsm',
  'key list --spec':
    'aes-256|rsa-2048|rsa-3072|rsa-4096|ec-p256|ec-p384|ec-p521|ec-secp256k1|ed25519|hmac-224|hmac-256|hmac-384|hmac-512|ml-dsa-44|ml-dsa-65|ml-dsa-87|ml-kem-512|ml-kem-768|ml-kem-1024|sm2|aes-128|aes-192|secret',
  'key list --usage': 'encrypt-decrypt|sign-verify|key-agreement|generate-verify-mac|encapsulate-decapsulate|store',
  'key create --spec':
    'aes-256|rsa-2048|rsa-3072|rsa-4096|ec-p256|ec-p384|ec-p521|ec-secp256k1|ed25519|hmac-224|hmac-256|hmac-384|hmac-512|ml-dsa-44|ml-dsa-65|ml-dsa-87|ml-kem-512|ml-kem-768|ml-kem-1024|sm2',
  'key create --usage': 'encrypt-decrypt|sign-verify|key-agreement|generate-verify-mac|encapsulate-decapsulate',
  'key import-parameters --algorithm':
    'RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|RSA_AES_KEY_WRAP_SHA_1|RSA_AES_KEY_WRAP_SHA_256|SM2PKE',
  'key import-parameters --wrapping-key': 'RSA_2048|RSA_3072|RSA_4096|SM2',
  'completion shell': 'bash|zsh|fish',
  'uses --by': 'hour|day',
  'key uses --by': 'hour|day',
  'audit entries --outcome': 'done|refused|failed',
  'audit show --outcome': 'done|refused|failed',
  'audit download --format': 'cadf|cloudtrail|json',
  'audit export --format': 'cadf|cloudtrail|json',
  'credential create --type': 'access-key|session|api-key',
  'credential list --type': 'access-key|session|api-key',
  'credential list --state': 'active|suspended|inactive',
  'service credential --type': 'access-key|api-key',
  'instance policy set --network': 'public-and-private|private-only',
  'key import-new --form': 'raw|hex|base64',
  'vault find --type': 'file|folder|link',
  'vault restore --conflict': 'refuse|overwrite|keep|beside',
  'vault restore-databases --tls': 'disable|require|verify-full',
  'vault source create --tls': 'disable|require|verify-full',
  'vault source update --tls': 'disable|require|verify-full',
  'vault verify --level': 'list|hashes|structure|sample|data|drill',
  'vault schedule create --verify': 'list|hashes|structure|sample|data|drill',
};

/** What is asked for, by the name that stands between the angle brackets or by the option itself. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  file: ':files',
  folder: ':files',
  path: ':files',
  key: ':keys',
  '--key': ':keys',
  region: ':regions',
  '--region': ':regions',
  ring: ':rings',
  '--ring': ':rings',
  environment: ':environments',
  '--environment': ':environments',
};

/** Reads the tree of commands: one row for each that runs something. */
export function completionTable(command: Command, above: readonly string[] = []): CompletedCommand[] {
  if (command.commands.length > 0)
    return command.commands.flatMap((child) => completionTable(child, [...above, child.name()]));
  const path = above.join(' ');
  const options = command.options.map(({ long, required, optional, flags }) => {
    const name = long ?? flags;
    const placeholder = /[<[]([^>\].]+)/.exec(flags)?.[1] ?? '';
    return [name, required || optional ? kindOf(path, name, placeholder) : null] as const;
  });
  const args = command.registeredArguments.map((one) => kindOf(path, one.name(), one.name()));
  return [{ path, options: Object.fromEntries([...options, ['--help', null]]), arguments: args }];
}

function kindOf(path: string, name: string, placeholder: string): ValueKind {
  return CHOICES[`${path} ${name}`] ?? KINDS[name] ?? KINDS[placeholder] ?? '';
}
