import type { AuditEntry } from '@keystead/sdk';
import type { Tone } from '../../ui/state-badge.tsx';
import { shortId } from '../../ui/short-id.ts';

/** How an outcome looks and is called. */
export const OUTCOMES: Readonly<Record<AuditEntry['outcome'], { readonly tone: Tone; readonly name: string }>> = {
  done: { tone: 'good', name: 'Done' },
  refused: { tone: 'bad', name: 'Refused' },
  failed: { tone: 'waiting', name: 'Failed' },
};

/** Actions that only look: their entries are many, and change nothing. */
const LOOKING = /^[\w-]+:(?:Get|List|Describe|WhoAmI|Check|Explain|Open|Watch|Prove|Browse|Search|Plan|ReadAuditLog)/;

/** What was done, in words: `kms:GenerateDataKey` is "Generate data key". */
export function actionWords(action: string): string {
  const verb = action.slice(action.indexOf(':') + 1);
  const words = verb.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').split(' ');
  return words.map((word, place) => (place === 0 || /^[A-Z0-9]{2,}$/.test(word) ? word : word.toLowerCase())).join(' ');
}

/** Who it was, shortly: the name at the end of an ARN, with what it is a name of where that is no user. */
export function principalWords(principal: string): string {
  const name = principal.startsWith('arn:') ? principal.split(':').slice(5).join(':') : '';
  if (name === '') return principal;
  if (name === 'root') return 'the root of the account';
  const [kind = '', ...rest] = name.split('/');
  if (rest.length === 0) return name;
  if (kind === 'user') return rest.at(-1) as string;
  if (kind === 'assumed-role') return `${rest.slice(1).join('/')} as ${rest[0] as string}`;
  return `${rest.join('/')} (${kind.replaceAll('-', ' ')})`;
}

/** What it was done to, shortly; `undefined` where the entry names nothing. */
export function targetWords({ key, resource }: AuditEntry): string | undefined {
  if (key !== undefined) return `key ${shortId(key.replace(/@.*$/s, ''))}`;
  if (resource === undefined || resource === '*') return undefined;
  const tail = resource.split(':').slice(5).join(':');
  return tail === '' ? resource : tail.replace('/', ' ');
}

/** Whether an entry tells of somebody looking, and of nothing done. */
export function isLooking({ action, outcome }: AuditEntry): boolean {
  return outcome === 'done' && LOOKING.test(action);
}

/** By which way it came, for people. */
export const PROTOCOLS: Readonly<Record<string, string>> = {
  'aws-kms': 'AWS KMS API',
  'key-protect': 'IBM Key Protect API',
  admin: 'admin API',
  sts: 'AWS STS API',
  iam: 'AWS IAM API',
  'ibm-iam': 'IBM IAM API',
  xks: 'external key store',
};
