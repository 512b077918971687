/** STS did not let somebody assume a role. The text says which role and why; it holds no secret. */
export class RoleRefusedError extends Error {
  override readonly name = 'RoleRefusedError';
  readonly roleArn: string;

  /** `code`: STS's own word for it. */
  constructor(roleArn: string, code: string, cause: unknown) {
    super(
      `The role ${roleArn} could not be assumed (${code}): it is not there, or its trust policy does not let these credentials in with the external id`,
      { cause },
    );
    this.roleArn = roleArn;
  }
}
