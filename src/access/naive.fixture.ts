import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * A second implementation of the policy language, for tests: as the rules are written, sentence by sentence, on the
 * JSON itself, with regular expressions and the runtime's own address lists; without regard to speed or reasons.
 */
export interface NaiveStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: NaivePrincipal;
  readonly NotPrincipal?: NaivePrincipal;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}
export type NaivePrincipal = '*' | Readonly<Record<string, readonly string[]>>;
export interface NaivePolicy {
  readonly Version?: string;
  readonly Statement: readonly NaiveStatement[];
}
export interface NaiveSubject {
  readonly arn: string;
  readonly accountId: string;
  readonly names: readonly string[];
  readonly service: string | undefined;
}
export interface NaiveGrant {
  readonly actions: readonly string[];
  readonly toAccount?: boolean;
  readonly equals?: Readonly<Record<string, string>>;
  readonly subset?: Readonly<Record<string, string>>;
}
export interface NaiveRequest {
  readonly subject: NaiveSubject;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly encryptionContext: Readonly<Record<string, string>>;
  readonly own: readonly NaivePolicy[];
  readonly session: readonly NaivePolicy[];
  readonly scopes: readonly NaivePolicy[];
  readonly grants: readonly NaiveGrant[];
  readonly key: { readonly accountId: string; readonly policy: NaivePolicy } | undefined;
}

export function naivelyAllowed(request: NaiveRequest): boolean {
  const { subject, key } = request;
  const own = statementsOf(request.own).filter((one) => isAbout(one, request));
  const session = statementsOf(request.session).filter((one) => isAbout(one, request));
  const scopes = statementsOf(request.scopes).filter((one) => isAbout(one, request));
  const ofKey = statementsOf(key ? [key.policy] : [])
    .filter((one) => isAbout(one, request))
    .filter(([one]) => isMeant(one, subject));

  // An explicit Deny wins, wherever it stands.
  if ([...own, ...session, ...scopes, ...ofKey].some(([{ Effect }]) => Effect === 'Deny')) return false;

  // A credential's scopes have a say whoever else allows.
  if (request.scopes.length > 0 && scopes.length === 0) return false;

  const isRoot = subject.arn === rootOf(subject.accountId);
  const ownAllows = isRoot || own.length > 0;
  const sessionAllows = request.session.length === 0 || session.length > 0;
  // Without a key the subject's own policies decide, and those of its session must agree.
  if (!key) return ownAllows && sessionAllows;

  const principals = ofKey.map(([{ Principal }]) => Principal as NaivePrincipal);
  const namesArn = (arn: string) => principals.some((one) => one !== '*' && awsNames(one).includes(arn));
  const namesAll = principals.some((one) => one === '*' || awsNames(one).includes('*'));
  const namesAccount = namesArn(rootOf(subject.accountId)) || namesArn(subject.accountId);
  const namesService = principals.some((one) => one !== '*' && one['Service']?.includes(subject.service ?? '-'));
  const namesItself = namesArn(subject.arn) || (isRoot && namesAccount);
  const namesRole = subject.names.some(namesArn);
  const isSame = key.accountId === subject.accountId;

  // A service that the key names needs nothing else.
  if (namesService) return true;
  // Nor does a user or a session of the same account that is named itself.
  if (isSame && namesItself) return true;
  if (!sessionAllows) return false;
  // Who is named through a role or with everybody needs its session's consent; across accounts its own policies too.
  if ((namesAll || namesRole || namesItself) && (isSame || ownAllows)) return true;
  // The account leaves it to its own policies.
  if (namesAccount && ownAllows) return true;
  // A grant allows; one to the account as a whole, those whose own policies allow.
  return request.grants.some((grant) => isGranted(grant, request) && (grant.toAccount !== true || ownAllows));
}

type Found = readonly [NaiveStatement, hasVariables: boolean];

function statementsOf(policies: readonly NaivePolicy[]): Found[] {
  return policies.flatMap(({ Version, Statement }) => Statement.map((one): Found => [one, Version === '2012-10-17']));
}

const rootOf = (account: string) => `arn:aws:iam::${account}:root`;

/** The partition says nothing here. */
function awsNames(principal: Exclude<NaivePrincipal, '*'>): string[] {
  return (principal['AWS'] ?? []).map((name) => name.replace(/^arn:aws[a-z-]*:/, 'arn:aws:'));
}

function isMeant({ Principal, NotPrincipal }: NaiveStatement, subject: NaiveSubject): boolean {
  const account = (names: string[]) => names.includes(rootOf(subject.accountId)) || names.includes(subject.accountId);
  if (NotPrincipal !== undefined) {
    if (NotPrincipal === '*') return false;
    const names = awsNames(NotPrincipal);
    if (names.includes('*')) return false;
    if (subject.service !== undefined) return !NotPrincipal['Service']?.includes(subject.service);
    const isRoot = subject.arn === rootOf(subject.accountId);
    return !(
      account(names) &&
      (isRoot || names.includes(subject.arn)) &&
      subject.names.every((name) => names.includes(name))
    );
  }
  if (Principal === '*' || Principal === undefined) return true;
  const names = awsNames(Principal);
  return (
    names.includes('*') ||
    names.includes(subject.arn) ||
    account(names) ||
    subject.names.some((name) => names.includes(name)) ||
    (subject.service !== undefined && Principal['Service']?.includes(subject.service) === true)
  );
}

function isAbout([statement, hasVariables]: Found, request: NaiveRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const action = (pattern: string) => regexOf(pattern.toLowerCase(), {}, false).test(request.action.toLowerCase());
  const isAction = NotAction ? !NotAction.some(action) : (Action ?? []).some(action);
  // A variable that stands for nothing makes the whole statement void.
  const isVoid = hasVariables && variablesOf(statement).some((name) => singleOf(request.context, name) === undefined);
  if (!isAction || isVoid) return false;
  const resource = (pattern: string) => regexOf(pattern, request.context, hasVariables).test(request.resource);
  if (!(NotResource ? !NotResource.some(resource) : (Resource ?? []).some(resource))) return false;
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) =>
      holds(operator, valuesOf(request.context, key), values, request, hasVariables),
    ),
  );
}

function variablesOf({ Resource = [], NotResource = [], Condition = {} }: NaiveStatement): string[] {
  const written = [
    ...Resource,
    ...NotResource,
    ...Object.values(Condition).flatMap((keys) => Object.values(keys).flat()),
  ];
  return written.flatMap((text) => [...text.matchAll(/\$\{([\w:/]+)\}/g)].map(([, name]) => name as string));
}

function valuesOf(context: NaiveRequest['context'], key: string): readonly string[] | undefined {
  const [, values] = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase()) ?? [];
  return values?.length === 0 ? undefined : values;
}

function singleOf(context: NaiveRequest['context'], key: string): string | undefined {
  const values = valuesOf(context, key);
  return values?.length === 1 ? values[0] : undefined;
}

/** A text with its variables as a list of characters that stand for themselves, and of wildcards. */
function piecesOf(
  text: string,
  context: NaiveRequest['context'],
  hasVariables: boolean,
): (string | { wild: string })[] {
  const pieces: (string | { wild: string })[] = [];
  for (const [piece, escaped, name, otherwise] of text.matchAll(/\$\{(?:([*?$])|([\w:/]+)(?:, '([^']*)')?)\}|[^]/g)) {
    if (hasVariables && escaped !== undefined) pieces.push(escaped);
    else if (hasVariables && name !== undefined) pieces.push(...Array.from(singleOf(context, name) ?? otherwise ?? ''));
    else for (const char of piece) pieces.push('*?'.includes(char) ? { wild: char } : char);
  }
  return pieces;
}

function regexOf(text: string, context: NaiveRequest['context'], hasVariables: boolean): RegExp {
  const source = piecesOf(text, context, hasVariables)
    .map((piece) =>
      typeof piece === 'string' ? piece.replace(/[^\w]/g, String.raw`\$&`) : piece.wild === '*' ? '[^]*' : '[^]',
    )
    .join('');
  return new RegExp(`^${source}$`);
}

function literalOf(text: string, context: NaiveRequest['context'], hasVariables: boolean): string {
  return piecesOf(text, context, hasVariables)
    .map((piece) => (typeof piece === 'string' ? piece : piece.wild))
    .join('');
}

function holds(
  operator: string,
  asked: readonly string[] | undefined,
  written: readonly string[],
  { context }: NaiveRequest,
  hasVariables: boolean,
): boolean {
  const isSet = /^(ForAllValues|ForAnyValue):/.exec(operator)?.[1];
  const name = operator.replace(/^.*:/, '').replace(/IfExists$/, '');
  if (name === 'Null') return written.includes(asked === undefined ? 'true' : 'false');
  const isNot = /Not/.test(name);
  if (asked === undefined) {
    if (operator.endsWith('IfExists')) return true;
    if (isSet !== undefined) return isSet === 'ForAllValues';
    return isNot;
  }
  const fits = (one: string) =>
    written.some((value) => equals(name.replace('Not', ''), one, value, context, hasVariables));
  if (isSet === 'ForAllValues') return asked.every((one) => fits(one) !== isNot);
  if (isSet === 'ForAnyValue') return asked.some((one) => fits(one) !== isNot);
  return asked.some(fits) !== isNot;
}

function equals(
  name: string,
  asked: string,
  written: string,
  context: NaiveRequest['context'],
  hasVariables: boolean,
): boolean {
  const literal = () => literalOf(written, context, hasVariables);
  if (name === 'StringEquals') return asked === literal();
  if (name === 'StringEqualsIgnoreCase') return asked.toLowerCase() === literal().toLowerCase();
  if (name === 'StringLike') return regexOf(written, context, hasVariables).test(asked);
  if (name.startsWith('Arn')) {
    const [parts, patterns] = [asked.split(':'), written.split(':')];
    return (
      parts.length === 6 && parts.every((part, i) => regexOf(patterns[i] as string, context, hasVariables).test(part))
    );
  }
  if (name === 'IpAddress') return isInBlock(asked, written);
  if (name === 'Bool') return asked === written;
  if (name === 'BinaryEquals') return Buffer.from(asked, 'base64').equals(Buffer.from(written, 'base64'));
  const number = name.startsWith('Date')
    ? (text: string) => (/^\d{5,}$/.test(text) ? Number(text) * 1000 : Date.parse(text))
    : Number;
  const [left, right] = [number(asked), number(written)];
  const order = name.replace(/^(?:Date|Numeric)/, '');
  return (
    (order.endsWith('Equals') && left === right) ||
    (order.startsWith('LessThan') && left < right) ||
    (order.startsWith('GreaterThan') && left > right)
  );
}

function isInBlock(asked: string, written: string): boolean {
  const [net = '', bits] = written.split('/');
  const family = isIPv4(net) ? 'ipv4' : 'ipv6';
  if (family === 'ipv4' ? !isIPv4(asked) : !isIPv6(asked)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  return list.check(asked, family);
}

function isGranted({ actions, equals: whole, subset }: NaiveGrant, request: NaiveRequest): boolean {
  const action = request.action.toLowerCase();
  if (!actions.includes(action)) return false;
  const given = Object.entries(request.encryptionContext);
  const has = (wanted: Readonly<Record<string, string>>) =>
    Object.entries(wanted).every(([name, value]) =>
      given.some(([other, its]) => other.toLowerCase() === name.toLowerCase() && its === value),
    );
  if (whole && !(has(whole) && given.length === Object.keys(whole).length)) return false;
  return !subset || has(subset);
}
