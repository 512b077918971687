import type { KeyRules } from '../../../keys/key-rules.ts';
import { createKeyAct } from '../create-key-act.ts';
import { creationTarget } from '../creation-target.ts';
import { readRules } from '../key-policies.ts';
import { newKeyOf, type WantedKey } from '../new-key.ts';
import type { Operation } from '../operation.ts';
import { ruleActions, ruleContext } from '../rule-actions.ts';

/** `POST /keys_with_policy_overrides`: makes a key with policies of its own in place of those of its instance. */
export const createKeyWithPolicyOverrides: Operation = {
  notes:
    'asks for the permissions to set the policies besides that to create the key; a root key for which no rotation is given has none, whatever the instance says, which asks for kms:DisableKeyRotation; without dualAuthDelete the instance decides (inferred)',
  prepare(context, { body }, nowMs) {
    const { wanted, fields } = newKeyOf(body, nowMs, ['rotation', 'dualAuthDelete']);
    const rules = { ...rotationOff(wanted), ...readRules(fields) };
    const targets = ruleActions(rules).map((action) => {
      const target = creationTarget(context, action, wanted);
      const asked = ruleContext(action, rules).context;
      return { ...target, context: { values: (key: string) => asked?.values(key) ?? target.context?.values(key) } };
    });
    return createKeyAct(context, wanted, { targets, rules });
  },
};

/** What the policies of the instance say of rotation is overridden in any case, as a test of IBM's Go client has it. */
function rotationOff({ extractable }: WantedKey): KeyRules {
  return extractable ? {} : { rotation: { isEnabled: false } };
}
