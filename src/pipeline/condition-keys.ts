import { foldName } from '../access/fold-name.ts';
import { DEFAULT_RING, isPrimary, type Key } from '../keys/key.ts';
import type { Target } from './act.ts';
import type { Call } from './call.ts';
import { ORIGIN_WORDS, USAGE_WORDS } from './policy-words.ts';

/** Who asks, and from where. */
export interface Asker extends Pick<Call, 'principal' | 'source' | 'onBehalfOf'> {
  /** In a question of what would be: what the request is to have, whatever is known. */
  readonly stated?: (key: string) => readonly string[] | undefined;
}

/** What is asked about: one permission of one call, at its time. */
export interface Asked {
  readonly call: Asker;
  readonly target: Pick<Target, 'key' | 'accountId' | 'context' | 'guarded'>;
  readonly nowMs: number;
}

export type FactValue = string | readonly string[] | undefined;

/** A key of conditions that every protocol has. */
export interface ConditionKey {
  /** As people write it; in policies case does not count. A name that ends in `/` or `:` stands for a family of keys. */
  readonly name: string;
  readonly says: string;
  /** What it says stands in the record of the key: it holds for as long as this revision of it. */
  readonly isOfKey?: true;
  /** The value, or for a family that of one of its members (in lower case). */
  read(asked: Asked, member: string): FactValue;
}

const MAPPED_V4 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;
const PRINCIPAL_TYPES = { root: 'Account', user: 'User', role: 'AssumedRole', service: undefined, server: undefined };

const accountOfCaller: ConditionKey['read'] = ({ call: { principal } }) =>
  principal.service === undefined ? principal.accountId : undefined;
const yesNo = (is: boolean) => (is ? 'true' : 'false');
const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const ofKey = (read: (key: Key) => FactValue): Pick<ConditionKey, 'read' | 'isOfKey'> => ({
  read: ({ target: { key } }) => key && read(key.key),
  isOfKey: true,
});

/** The values of all pairs whose name is the asked one but for case. */
export function valuesOfName(pairs: Iterable<readonly [string, string]>, name: string): readonly string[] {
  const values: string[] = [];
  for (const [one, value] of pairs) if (foldName(one) === name) values.push(value);
  return values;
}

/**
 * Everything that conditions may ask whatever brought the request. Only what the server itself knows feeds them: no
 * header says who asks, or from where; only what the client calls itself is its own word.
 */
export const CONDITION_KEYS: readonly ConditionKey[] = [
  { name: 'aws:CurrentTime', says: 'date and time of the request', read: ({ nowMs }) => iso(nowMs) },
  {
    name: 'aws:EpochTime',
    says: 'the same in seconds since 1970',
    read: ({ nowMs }) => String(Math.floor(nowMs / 1000)),
  },
  {
    name: 'aws:PrincipalArn',
    says: 'ARN of the user, of the account, or of the role that a session assumed',
    read: ({ call: { principal } }) =>
      principal.kind === 'role' ? (principal.names?.[0] ?? principal.arn) : principal.arn,
  },
  {
    name: 'kms:KeyRing',
    says: 'the key ring that the key is in: `default` where it is in no other',
    ...ofKey((key) => key.keyRing ?? DEFAULT_RING),
  },
  { name: 'aws:PrincipalAccount', says: 'account of the caller; services have none', read: accountOfCaller },
  {
    name: 'aws:PrincipalType',
    says: '`Account`, `User` or `AssumedRole`',
    read: ({ call }) => PRINCIPAL_TYPES[call.principal.kind],
  },
  {
    name: 'aws:PrincipalTag/',
    says: 'a tag of the caller: of the user, of the role, of the session',
    read: ({ call }, member) => valuesOfName(call.principal.tags ?? [], member),
  },
  {
    name: 'aws:userid',
    says: 'id of the user; `<id of the role>:<name of the session>`; for the root the account',
    read: ({ call: { principal } }) =>
      principal.kind === 'root'
        ? principal.accountId
        : principal.sessionName === undefined
          ? principal.id
          : `${principal.id}:${principal.sessionName}`,
  },
  {
    name: 'aws:username',
    says: 'name of the user; sessions of roles and the root have none',
    read: ({ call: { principal } }) => (principal.kind === 'user' ? principal.name : undefined),
  },
  {
    name: 'aws:SourceIdentity',
    says: 'what the session was opened with',
    read: ({ call }) => call.principal.sourceIdentity,
  },
  {
    name: 'aws:TokenIssueTime',
    says: 'when the session was opened; only of temporary credentials',
    read: ({ call: { principal } }) =>
      principal.sessionIssuedAtMs === undefined ? undefined : iso(principal.sessionIssuedAtMs),
  },
  {
    name: 'aws:MultiFactorAuthPresent',
    says: 'whether two factors proved the person, a passkey or a password with a code; only of console sessions',
    read: ({ call: { principal } }) => principal.authentication && yesNo(principal.authentication.isMultiFactor),
  },
  {
    name: 'aws:MultiFactorAuthAge',
    says: 'seconds since two factors last proved the person; only of console sessions',
    read: ({ call: { principal }, nowMs }) =>
      principal.authentication?.isMultiFactor === true
        ? String(Math.max(0, Math.floor((nowMs - principal.authentication.atMs) / 1000)))
        : undefined,
  },
  {
    name: 'aws:SourceIp',
    says: 'address of the client: the peer of the connection, or whom a proxy of KEYSTEAD_TRUSTED_PROXIES speaks for',
    read: ({ call: { source } }) => (source.address === '' ? undefined : source.address.replace(MAPPED_V4, '')),
  },
  {
    name: 'aws:SecureTransport',
    says: 'whether this server itself ended the TLS connection',
    read: ({ call: { source } }) => (source.isSecure === undefined ? undefined : yesNo(source.isSecure)),
  },
  {
    name: 'aws:UserAgent',
    says: 'what the client calls itself: it proves nothing',
    read: ({ call }) => call.source.userAgent,
  },
  {
    name: 'aws:RequestedRegion',
    says: 'the Region that was asked',
    read: ({ target }) => target.context?.values('aws:requestedregion') ?? target.key?.key.region,
  },
  {
    name: 'aws:ResourceAccount',
    says: 'account that owns the key',
    read: ({ target }) => target.guarded?.accountId ?? target.accountId,
  },
  {
    name: 'aws:ResourceTag/',
    says: 'a tag of the key',
    read: ({ target: { key } }, member) =>
      key &&
      valuesOfName(
        key.key.tags.map((tag) => [tag.key, tag.value] as const),
        member,
      ),
  },
  {
    name: 'aws:PrincipalIsAWSService',
    says: 'whether a service asks by itself',
    read: ({ call }) => yesNo(call.principal.service !== undefined),
  },
  {
    name: 'aws:SourceArn',
    says: 'the resource for which a service acts, as the service says (signed header `x-amz-source-arn`); of services alone',
    read: ({ call }) => (call.principal.service === undefined ? undefined : call.onBehalfOf?.arn),
  },
  {
    name: 'aws:SourceAccount',
    says: 'the account for which a service acts, as the service says (signed header `x-amz-source-account`); of services alone',
    read: ({ call }) => (call.principal.service === undefined ? undefined : call.onBehalfOf?.account),
  },
  { name: 'aws:PrincipalServiceName', says: 'the name of that service', read: ({ call }) => call.principal.service },
  {
    name: 'aws:ViaAWSService',
    says: 'always `false`: nobody asks on behalf of others here',
    read: () => 'false',
  },
  { name: 'kms:CallerAccount', says: 'account of the caller; services have none', read: accountOfCaller },
  { name: 'kms:KeySpec', says: 'spec of the key', ...ofKey(({ spec }) => spec.aws) },
  { name: 'kms:CustomerMasterKeySpec', says: 'the same under its old name', ...ofKey(({ spec }) => spec.aws) },
  { name: 'kms:KeyUsage', says: 'usage of the key', ...ofKey(({ usage }) => USAGE_WORDS[usage]) },
  {
    name: 'kms:CustomerMasterKeyUsage',
    says: 'the same under its old name',
    ...ofKey(({ usage }) => USAGE_WORDS[usage]),
  },
  {
    name: 'kms:KeyOrigin',
    says: 'where the material of the key comes from',
    ...ofKey(({ origin }) => ORIGIN_WORDS[origin]),
  },
  {
    name: 'kms:MultiRegion',
    says: 'whether it is a multi-Region key',
    ...ofKey((key) => yesNo(key.multiRegion !== undefined)),
  },
  {
    name: 'kms:MultiRegionKeyType',
    says: '`PRIMARY` or `REPLICA`, of multi-Region keys',
    ...ofKey((key) => (key.multiRegion === undefined ? undefined : isPrimary(key) ? 'PRIMARY' : 'REPLICA')),
  },
  {
    name: 'kms:ResourceAliases',
    says: 'all aliases of the key',
    ...ofKey(({ aliases }) => aliases.map(({ name }) => name)),
  },
];
