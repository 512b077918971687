import { createKeyAct } from '../create-key-act.ts';
import { newKeyOf } from '../new-key.ts';
import type { Operation } from '../operation.ts';

/** `POST /keys`: makes a root or a standard key, or imports one. */
export const createKey: Operation = {
  notes:
    'without `extractable` a root key is made; the answer has the payload of a standard key only with `Prefer: return=representation`, and with `return=minimal` type, id and CRN alone; a standard key without payload gets 32 random bytes; imported material that a key of the account has for another use than to encrypt is refused; tags that are the same are refused; the key has the policy that CreateKey of the AWS wire gives, and conditions of policies may ask of it what they may ask there; an alias asks for kms:CreateAlias on it besides, which whoever has a role that makes keys has',
  prepare: (context, { body }, nowMs) => createKeyAct(context, newKeyOf(body, nowMs).wanted),
};
