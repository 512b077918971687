import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';

/** A folder that a setting names and that is not there. */
export interface MissingRoot {
  readonly setting: 'KEYSTEAD_SOURCE_ROOTS' | 'KEYSTEAD_VAULT_ROOTS';
  readonly folder: string;
  /** In words, with what it means. */
  readonly what: string;
}

const MEANS = {
  KEYSTEAD_SOURCE_ROOTS: 'nothing below it can be backed up or restored to',
  KEYSTEAD_VAULT_ROOTS: 'what is kept below it is not reached, and would begin anew on this disk',
} as const;

/**
 * The folders of the settings that are no folders now: misspelt, or on a disk that is yet to be mounted. The default place
 * of vaults is none of them: it is made when the first is.
 */
export async function missingRoots(
  config: Pick<Config, 'dataFolder' | 'sourceRoots' | 'vaultRoots'>,
): Promise<MissingRoot[]> {
  const byDefault = join(dirname(config.dataFolder), 'vaults');
  const named = [
    ...config.sourceRoots.map((folder) => ({ setting: 'KEYSTEAD_SOURCE_ROOTS', folder }) as const),
    ...config.vaultRoots
      .filter((folder) => folder !== byDefault)
      .map((folder) => ({ setting: 'KEYSTEAD_VAULT_ROOTS', folder }) as const),
  ];
  const looked = await Promise.all(named.map(async (root) => ({ ...root, problem: await problemOf(root.folder) })));
  return looked.flatMap(({ setting, folder, problem }) =>
    problem === undefined
      ? []
      : [{ setting, folder, what: `${setting} names ${folder}, which ${problem}: until it is one, ${MEANS[setting]}` }],
  );
}

async function problemOf(folder: string): Promise<string | undefined> {
  try {
    return (await stat(folder)).isDirectory() ? undefined : 'is no folder';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'is no folder that is there' : `cannot be looked at (${code})`;
  }
}
