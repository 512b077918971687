import type { KeyRules } from '../../keys/key-rules.ts';
import type { Target } from '../../pipeline/act.ts';

/** The permissions to set rules of a key: only those of what is set. */
export function ruleActions({ rotation, dualAuthorization }: KeyRules): string[] {
  return [
    ...(rotation ? [rotation.isEnabled ? 'kms:EnableKeyRotation' : 'kms:DisableKeyRotation'] : []),
    ...(dualAuthorization ? ['kms:SetDualAuthorization'] : []),
  ];
}

/** What conditions may ask where a rotation is switched on, as on the AWS wire. */
export function ruleContext(action: string, { rotation }: KeyRules): Pick<Target, 'context'> {
  const days = rotation?.intervalDays;
  if (action !== 'kms:EnableKeyRotation' || days === undefined) return {};
  return { context: { values: (key) => (key === 'kms:rotationperiodindays' ? [String(days)] : undefined) } };
}
