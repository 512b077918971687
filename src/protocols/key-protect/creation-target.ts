import { foldName } from '../../access/fold-name.ts';
import { DEFAULT_RING } from '../../keys/key.ts';
import type { Target } from '../../pipeline/act.ts';
import { ORIGIN_WORDS, USAGE_WORDS } from '../../pipeline/policy-words.ts';
import { instanceArn } from './names.ts';
import { originOf, specOf, type WantedKey } from './new-key.ts';
import type { OperationContext } from './operation.ts';

/** The permission to make a key: conditions may ask of it what they may ask where another protocol makes one. */
export function creationTarget(context: OperationContext, action: string, wanted: WantedKey): Target {
  const { instance, keyRing = DEFAULT_RING } = context;
  const spec = specOf(wanted)?.aws;
  const usage = USAGE_WORDS[wanted.extractable ? 'store' : 'encrypt-decrypt'];
  const tagKeys = wanted.tags.map(({ key }) => key);
  const values = new Map<string, readonly string[]>([
    ...(spec === undefined ? [] : [['kms:keyspec', [spec]] as const, ['kms:customermasterkeyspec', [spec]] as const]),
    ['kms:keyusage', [usage]],
    ['kms:customermasterkeyusage', [usage]],
    ['kms:keyorigin', [ORIGIN_WORDS[originOf(wanted)]]],
    ['kms:multiregion', ['false']],
    ['kms:bypasspolicylockoutsafetycheck', ['false']],
    ['kms:keyring', [keyRing]],
    ...(tagKeys.length > 0 ? [['aws:tagkeys', tagKeys] as const] : []),
    ...tagKeys.map((key) => [`aws:requesttag/${foldName(key)}`, ['']] as const),
  ]);
  return { action, resource: instanceArn(instance), context: { values: (key) => values.get(key) } };
}
