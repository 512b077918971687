import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESCRIPTOR_NAME } from '../../format/descriptor.ts';
import { VaultError } from '../../errors.ts';

/**
 * That a folder of this host holds a vault: the one with this descriptor, where that is known. What may not be read is
 * believed, for a host need not be able to read.
 *
 * @throws {VaultError} `wrong-vault`: a folder that is not mounted, or another vault's, takes files like any other
 */
export function requireVaultIn(folder: string, descriptor?: Uint8Array): void {
  let found: Buffer;
  try {
    found = readFileSync(join(folder, DESCRIPTOR_NAME));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return;
    throw new VaultError('wrong-vault', `There is no vault in ${folder}; perhaps nothing is mounted there`, cause);
  }
  if (descriptor && !found.equals(descriptor)) {
    throw new VaultError('wrong-vault', `The vault in ${folder} is not the one that this host was enrolled for`);
  }
}
