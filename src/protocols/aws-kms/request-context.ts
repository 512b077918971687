import type { RequestContext } from '../../access/request.ts';
import type { Act, Target } from '../../pipeline/act.ts';
import { encryptionContextOf, OPERATION_KEYS, type AskedOperation, type OperationKey } from './condition-keys.ts';
import type { OperationName } from './model.gen.ts';
import type { OperationContext } from './operation.ts';
import type { AnyInput } from './prepare.ts';

const EXACT = new Map(OPERATION_KEYS.map((one) => [one.name.toLowerCase(), one]));
const FAMILIES: readonly (readonly [string, OperationKey])[] = [...EXACT].filter(([name]) => /[/:]$/.test(name));

/** What conditions may ask about one permission of a request; nothing is computed before it is asked for. */
class OperationConditions implements RequestContext {
  readonly #asked: AskedOperation;

  constructor(asked: AskedOperation) {
    this.#asked = asked;
  }

  get encryptionContext(): ReadonlyMap<string, string> | undefined {
    return encryptionContextOf(this.#asked);
  }

  values(key: string): readonly string[] | undefined {
    const exact = EXACT.get(key);
    const [prefix, family] = exact ? ['', exact] : (FAMILIES.find(([one]) => key.startsWith(one)) ?? []);
    if (family === undefined || prefix === undefined || family.of?.has(this.#asked.name) === false) return undefined;
    const found = family.read(this.#asked, key.slice(prefix.length));
    return typeof found === 'string' ? [found] : found;
  }
}

/** Gives each target of an act what conditions of policies may ask about this request. */
export function withRequestContext(
  context: OperationContext,
  name: OperationName,
  input: AnyInput,
  act: Act<unknown>,
): Act<unknown> {
  const withContext = (target: Target): Target => ({
    ...target,
    context: new OperationConditions({ name, input, context, act, target }),
  });
  const [only] = act.targets;
  // Most acts ask for one permission.
  const targets = act.targets.length === 1 && only ? [withContext(only)] : act.targets.map(withContext);
  return { ...act, targets };
}
