import type { HolderCommands } from '../../../commands/holder-commands.ts';
import type { Api } from '../../../api/api.ts';

/** A tag, as conditions of policies ask for it. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Whatever policies and tags can be given to, and how: a user, or a role that is assumed. */
export interface Holder {
  readonly name: string;
  readonly commands: HolderCommands;
  /** In permissions: AttachPrincipalPolicy. */
  readonly noun: 'Principal' | 'Role';
  readonly inlinePolicies: readonly string[];
  readonly tags: readonly Tag[];
  /** Beginnings of the queries that show it. */
  readonly touches: readonly (readonly string[])[];
  readonly readPolicies: (
    api: Api,
  ) => Promise<{ readonly items: readonly { readonly name: string; readonly document: string }[] }>;
  readonly putPolicy: (api: Api, policy: { readonly name: string; readonly document: string }) => Promise<unknown>;
  readonly deletePolicy: (api: Api, name: string) => Promise<unknown>;
  readonly tag: (api: Api, tags: readonly Tag[]) => Promise<unknown>;
  readonly untag: (api: Api, keys: readonly string[]) => Promise<unknown>;
}
