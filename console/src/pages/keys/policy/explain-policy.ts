/** A statement of a policy in words. */
export interface SaidStatement {
  readonly title: string;
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Where a text stops being JSON, in a sentence; undefined: it is an object in JSON. */
export function syntaxProblem(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? undefined : 'A policy is an object: { "Version": ..., "Statement": [...] }';
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    return `This is not JSON yet${line === undefined ? '' : `: look at line ${line}`}.`;
  }
}

/** What a policy says, a sentence for each statement. What is not understood is said as it stands. */
export function explainPolicy(text: string): readonly SaidStatement[] {
  if (syntaxProblem(text) !== undefined) return [];
  const { Statement: statements } = JSON.parse(text) as Json;
  return listOf(statements)
    .filter(isObject)
    .map((statement) => {
      const { Sid: sid, Effect: effect, Condition: condition } = statement;
      const who = whoOf(statement);
      const what = whatOf(statement);
      const sentence =
        effect === 'Deny' ? `Nobody of these may ${what}, whatever else says so: ${who}` : `These may ${what}: ${who}`;
      return { title: typeof sid === 'string' ? sid : '', text: `${sentence}${conditionsOf(condition)}.` };
    });
}

/** What lets whoever may do it take further rights on the key. */
const OWN_WAYS = ['kms:PutKeyPolicy', 'kms:CreateGrant'];

/**
 * Whether whom the policy lets manage the key may thereby let itself use it: by writing this policy, or by a grant. So it
 * is where a statement allows one of them, and none denies everybody that one.
 */
export function letsManagersIn(text: string): boolean {
  if (syntaxProblem(text) !== undefined) return false;
  const { Statement } = JSON.parse(text) as Json;
  const statements = listOf(Statement).filter(isObject);
  return OWN_WAYS.some((way) => {
    const about = statements.filter((statement) => isAbout(statement, way));
    const isDenied = about.some(
      ({ Effect, Principal, Condition }) =>
        Effect === 'Deny' && Condition === undefined && principalsOf(Principal) === 'everybody',
    );
    return !isDenied && about.some(({ Effect }) => Effect === 'Allow');
  });
}

function isAbout({ Action: named, NotAction: others }: Json, action: string): boolean {
  const isNamed = listOf(others ?? named).some((pattern) => patternOf(String(pattern)).test(action));
  return others === undefined ? isNamed : !isNamed;
}

function patternOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[\\^$+.()|[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

function whoOf({ Principal: principal, NotPrincipal: others }: Json): string {
  if (others !== undefined) return `everybody but ${principalsOf(others)}`;
  return principalsOf(principal);
}

function principalsOf(principal: unknown): string {
  if (principal === '*') return 'everybody';
  if (!isObject(principal)) return typeof principal === 'string' ? principal : 'nobody';
  const names = Object.values(principal).flatMap(listOf).map(principalName);
  return names.length === 0 ? 'nobody' : names.join(', ');
}

function principalName(arn: unknown): string {
  const text = String(arn);
  if (text === '*') return 'everybody';
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(text)?.[1];
  if (account !== undefined) return `whom policies and roles of the account ${account} let`;
  const [, kind, name] = /^arn:aws:(?:iam|sts)::\d{12}:([a-z-]+)\/(.+)$/.exec(text) ?? [];
  return kind === undefined || name === undefined ? text : `the ${kind.replace('-', ' ')} ${name}`;
}

function whatOf({ Action: action, NotAction: others }: Json): string {
  if (others !== undefined) return `do everything but ${actionsOf(others)}`;
  return actionsOf(action);
}

function actionsOf(action: unknown): string {
  const names = listOf(action).map(String);
  if (names.some((name) => name === '*' || name === 'kms:*')) return 'do everything with the key';
  return names.map((name) => name.replace(/^kms:/, '')).join(', ');
}

function conditionsOf(condition: unknown): string {
  if (!isObject(condition)) return '';
  const said = Object.entries(condition).flatMap(([operator, facts]) =>
    isObject(facts)
      ? Object.entries(facts).map(([key, values]) => `${key} ${operator} ${listOf(values).map(String).join(' or ')}`)
      : [],
  );
  return said.length === 0 ? '' : `, if ${said.join(' and ')}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : value === undefined ? [] : [value];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
