import type { Key } from '../../keys/key.ts';
import { collection, NO_CONTENT, type Answer } from './answer.ts';
import type { OperationContext } from './operation.ts';
import { showKey } from './show-key.ts';

/** What an act on a key answers that says nothing unless it is asked to: `Prefer: return=representation`. */
export function preferred({ instance, prefer }: OperationContext, key: Key, nowMs: number): Answer {
  return prefer === 'representation' ? collection('key', [showKey(instance, key, nowMs)]) : NO_CONTENT;
}
