import type { Credential, Principal, Role } from '@keystead/sdk';

/** Whom a credential proves, by name where who looks may know it. */
export function holderOf(
  { holder, principalId, sessionName }: Credential,
  principals: readonly Principal[],
  roles: readonly Role[],
): string {
  if (holder === 'root') return 'The account itself';
  if (holder === 'role') {
    const role = roles.find(({ roleId }) => roleId === principalId)?.name ?? principalId;
    return sessionName === undefined ? role : `${role} as ${sessionName}`;
  }
  return principals.find((principal) => principal.principalId === principalId)?.name ?? principalId;
}
