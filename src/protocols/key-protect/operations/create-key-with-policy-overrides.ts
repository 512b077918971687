import { createKeyAct } from '../create-key-act.ts';
import { creationTarget } from '../creation-target.ts';
import { readRules } from '../key-policies.ts';
import { newKeyOf } from '../new-key.ts';
import type { Operation } from '../operation.ts';
import { ruleActions, ruleContext } from '../rule-actions.ts';

/** `POST /keys_with_policy_overrides`: makes a key with policies of its own in place of those of its instance. */
export const createKeyWithPolicyOverrides: Operation = {
  notes:
    'asks for the permissions to set the policies besides that to create the key; what is not overridden is as the policies of the instance say',
  prepare(context, { body }, nowMs) {
    const { wanted, fields } = newKeyOf(body, nowMs, ['rotation', 'dualAuthDelete']);
    const rules = readRules(fields);
    const targets = ruleActions(rules).map((action) => {
      const target = creationTarget(context, action, wanted);
      const asked = ruleContext(action, rules).context;
      return { ...target, context: { values: (key: string) => asked?.values(key) ?? target.context?.values(key) } };
    });
    return createKeyAct(context, wanted, { targets, rules });
  },
};
