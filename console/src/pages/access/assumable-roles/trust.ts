/** How long a session of a role may last (AWS IAM, MaxSessionDuration). */
export const HOURS = { min: 1, max: 12 } as const;

/** A trust policy by which these may assume the role. @param arns of users, services or the account */
export function trustOf(arns: readonly string[]): string {
  const statement = { Effect: 'Allow', Principal: { AWS: arns }, Action: 'sts:AssumeRole' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}
