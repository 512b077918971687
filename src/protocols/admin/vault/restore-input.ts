import Type, { type Static } from 'typebox';
import { placeBelow } from '../../../vault/environments/roots.ts';
import type { RestoreWork } from '../../../vault/runs/job.ts';
import type { AdminContext } from '../route.ts';
import { closed } from '../schema.ts';
import { choiceFrom, SNAPSHOT_CHOICE } from './snapshot-choice.ts';

const SOME = Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
  maxItems: 1000,
  description: "from the source's root; with neither paths nor patterns, everything",
});

/** What is to be restored, and where to. */
export const RESTORE_INPUT = {
  ...SNAPSHOT_CHOICE,
  destination: Type.String({ minLength: 1, maxLength: 1024, description: 'an absolute path on the server' }),
  paths: Type.Optional(SOME),
  patterns: Type.Optional({ ...SOME, description: 'such as *.pdf for names, or reports/** for paths' }),
  conflict: Type.Optional(
    Type.Enum(['refuse', 'overwrite', 'keep', 'beside'], {
      description:
        'what becomes of files that are there and differ; by default the restore refuses before it writes anything',
    }),
  ),
  replaceExisting: Type.Optional(Type.Boolean({ description: 'the same as the conflict overwrite' })),
  rewriteSame: Type.Optional(
    Type.Boolean({ description: 'writes also what is there with the same size, time and mode' }),
  ),
  skipDamaged: Type.Optional(
    Type.Boolean({ description: 'leaves out files that are lost or changed in the store, and restores the others' }),
  ),
};

const SCHEMA = closed(RESTORE_INPUT);

/** Brings what was asked for to the form that the vault takes, its destination checked. @throws {EnvironmentError} */
export async function restoreFrom({ services }: AdminContext, body: Static<typeof SCHEMA>): Promise<RestoreWork> {
  const { paths, patterns, replaceExisting, rewriteSame, skipDamaged } = body;
  const conflict = body.conflict ?? (replaceExisting ? 'overwrite' : undefined);
  return {
    snapshot: choiceFrom(body),
    destination: await placeBelow(services.vault.sourceRoots, body.destination),
    ...(paths && { paths }),
    ...(patterns && { patterns }),
    ...(conflict && { conflict }),
    ...(rewriteSame && { rewriteSame }),
    ...(skipDamaged && { skipDamaged }),
  };
}
