/** What a policy of the tenant's own may be called. */
export const POLICY_NAME = /^[\w+=,.@-]{1,64}$/;

/** What a new policy begins with: one that may little. */
export const FIRST_POLICY = JSON.stringify(
  {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['kms:ListKeys', 'kms:DescribeKey'], Resource: '*' }],
  },
  undefined,
  2,
);

/** As people read it; a policy that was put as text without line ends too. */
export function indented(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), undefined, 2);
  } catch {
    return document;
  }
}

/** One statement of a policy, as far as it is told in words. */
export interface StatementWords {
  readonly effect: 'Allow' | 'Deny';
  /** Actions by their service: `kms` with `Encrypt`, `Decrypt`. */
  readonly actions: readonly (readonly [service: string, names: readonly string[]])[];
  /** Whether it names what it does not mean (NotAction). */
  readonly isAllBut: boolean;
  readonly resources: readonly string[];
  readonly hasCondition: boolean;
}

const SERVICES: Readonly<Record<string, string>> = {
  kms: 'Keys',
  keystead: 'Keystead: people, backups, the log',
  sts: 'Assumable roles',
  installation: 'The installation',
  '*': 'Everything',
};

export function serviceName(service: string): string {
  return SERVICES[service] ?? service;
}

/** What a policy's document says; undefined: it is no JSON with statements. */
export function policyWords(document: string): readonly StatementWords[] | undefined {
  const statements = statementsOf(document);
  return statements?.map((statement) => {
    const isAllBut = statement['NotAction'] !== undefined;
    return {
      effect: statement['Effect'] === 'Deny' ? 'Deny' : 'Allow',
      actions: byService(texts(statement[isAllBut ? 'NotAction' : 'Action'])),
      isAllBut,
      resources: texts(statement['Resource'] ?? statement['NotResource']),
      hasCondition: statement['Condition'] !== undefined,
    };
  });
}

function statementsOf(document: string): readonly Record<string, unknown>[] | undefined {
  try {
    const parsed = JSON.parse(document) as { readonly Statement?: unknown } | null;
    const statement = parsed?.Statement;
    const list = Array.isArray(statement) ? (statement as unknown[]) : [statement];
    return list.every((one) => one !== null && typeof one === 'object')
      ? (list as Record<string, unknown>[])
      : undefined;
  } catch {
    return undefined;
  }
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter((one) => typeof one === 'string');
}

function byService(actions: readonly string[]): (readonly [string, readonly string[]])[] {
  const found = new Map<string, string[]>();
  for (const action of actions) {
    const [service = '*', name = '*'] = action.includes(':') ? action.split(':') : ['*', action];
    found.set(service, [...(found.get(service) ?? []), name]);
  }
  return [...found];
}

/**
 * The actions of statements that are none of those that there are: mistyped, or of services that are not here. Compared
 * without case, with `*` and `?` as policies have them.
 */
export function strangeActions(statements: readonly StatementWords[], known: readonly string[]): readonly string[] {
  const named = statements.flatMap(({ actions }) =>
    actions.flatMap(([service, names]) =>
      names.map((name) => (service === '*' && name === '*' ? '*' : `${service}:${name}`)),
    ),
  );
  return [...new Set(named)].filter((action) => !known.some((one) => isMeant(action.toLowerCase(), one.toLowerCase())));
}

/** Whether a pattern means a name: each star gives way as far as it has to. */
function isMeant(pattern: string, name: string): boolean {
  let [at, star, from] = [0, -1, 0];
  for (let n = 0; n < name.length;) {
    if (pattern[at] === '*') [star, from] = [at++, n];
    else if (pattern[at] === '?' || pattern[at] === name[n]) [at, n] = [at + 1, n + 1];
    else if (star >= 0) [at, n] = [star + 1, ++from];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
