import Type, { type Static } from 'typebox';
import { allowedHost } from '../../../jobs/allowed-source.ts';
import type { RestoreDatabasesWork } from '../../../vault/runs/job.ts';
import type { AdminContext } from '../route.ts';
import { closed } from '../schema.ts';
import { choiceFrom, SNAPSHOT_CHOICE } from './snapshot-choice.ts';
import { POSTGRES_INPUT } from './source-input.ts';

const DATABASE = Type.String({ minLength: 1, maxLength: 63 });

/** Which databases are to be restored, and into which server. */
export const RESTORE_DATABASES_INPUT = {
  ...SNAPSHOT_CHOICE,
  to: closed(POSTGRES_INPUT),
  databases: Type.Optional(
    Type.Array(closed({ database: DATABASE, into: Type.Optional(DATABASE) }), {
      minItems: 1,
      maxItems: 1000,
      description: "by default all of the snapshot's, by their names",
    }),
  ),
  roles: Type.Optional(Type.Boolean({ default: false, description: 'makes the roles that the server does not have' })),
  owners: Type.Optional(
    Type.Boolean({ default: true, description: 'gives things their owners and rights; else all is of the user' }),
  ),
  replaceExisting: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'replaces what is there of the same name in databases that are not empty',
    }),
  ),
};

const SCHEMA = closed(RESTORE_DATABASES_INPUT);

/** Brings what was asked for to the form that the vault takes; the password comes apart. @throws {EnvironmentError} */
export async function restoreDatabasesFrom(
  { services }: AdminContext,
  body: Static<typeof SCHEMA>,
): Promise<{ readonly work: RestoreDatabasesWork; readonly password: string | undefined }> {
  const { databases, roles = false, owners = true, replaceExisting = false } = body;
  const { password, ...to } = await allowedHost(services.vault.sourceRoots, body.to);
  const snapshot = choiceFrom(body);
  return { work: { snapshot, to, roles, owners, replaceExisting, ...(databases && { databases }) }, password };
}
