/** The name in an ARN of a user, a role or a session of it; what is none stays as it is. */
export function nameInArn(text: string): string {
  const [, kind, name] = /^arn:[\w-]+:(?:iam|sts)::\d+:(user|role|assumed-role)\/(.+)$/.exec(text) ?? [];
  if (name === undefined) return text;
  return kind === 'user' ? name : `the role ${name}`;
}
