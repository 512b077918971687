/** The names by which policies, logs and AWS STS call principals. No paths: every name is directly below its kind. */
export function rootArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}

export function userArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:user/${name}`;
}

export function roleArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:role/${name}`;
}

export function policyArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:policy/${name}`;
}

/** A session of a role. */
export function sessionArn(accountId: string, role: string, session: string): string {
  return `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`;
}

/** The account of services: no tenant has it, so that being of an account gives a service nothing. */
export const NO_ACCOUNT = '000000000000';

/** A service, whoever hosts it. */
export function serviceArn(name: string): string {
  return `arn:aws:iam::${NO_ACCOUNT}:service/${name}`;
}

/** Who asks through an endpoint for external key stores. */
export function xksEndpointArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:xks-endpoint/${name}`;
}

/** The name of a user or a role: what IAM allows for users, ASCII alone. Two that differ in case only are one. */
export const PRINCIPAL_NAME = /^[\w+=,.@-]{1,64}$/;
/** The name of a policy. */
export const POLICY_NAME = /^[\w+=,.@-]{1,128}$/;

/** Who an ARN or an account id names, as far as its form tells. */
export type NamedPrincipal =
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'user'; readonly accountId: string; readonly name: string }
  | { readonly kind: 'role'; readonly accountId: string; readonly name: string }
  | { readonly kind: 'xks-endpoint'; readonly accountId: string; readonly name: string }
  | { readonly kind: 'session'; readonly accountId: string; readonly name: string; readonly session: string };

const NAMED =
  /^arn:aws:(?:iam::(?<account>\d{12}):(?:root|(?<kind>user|role|xks-endpoint)\/(?<name>[\w+=,.@-]{1,64}))|sts::(?<of>\d{12}):assumed-role\/(?<role>[\w+=,.@-]{1,64})\/(?<session>[\w+=,.@-]{2,64}))$/;

/** Reads the name of a principal: its ARN, or an account id. */
export function parsePrincipalArn(text: string): NamedPrincipal | undefined {
  if (/^\d{12}$/.test(text)) return { kind: 'account', accountId: text };
  const groups = NAMED.exec(text)?.groups as Readonly<Record<string, string | undefined>> | undefined;
  if (groups === undefined) return undefined;
  const { account = '', kind, name = '', of, role = '', session = '' } = groups;
  if (of !== undefined) return { kind: 'session', accountId: of, name: role, session };
  if (kind === undefined) return { kind: 'account', accountId: account };
  return { kind: kind as 'user' | 'role' | 'xks-endpoint', accountId: account, name };
}
