import { evaluate, type Decision } from '../access/evaluate.ts';
import { explain, type Explanation } from '../access/explain.ts';
import { ownWays, type OwnWay } from '../access/own-ways.ts';
import type { AccessRequest, GrantedRight, Subject } from '../access/request.ts';
import { rootArn } from '../identity/arn.ts';
import { BUILT_IN_POLICIES } from '../identity/built-in-policies.ts';
import type { Principal } from '../identity/principal.ts';
import { actionOf, GRANT_OPERATION_NAMES, isOperationOf } from '../keys/grant-operations.ts';
import { andThen, type MaybePromise } from '../records/ports.ts';
import { makeRoom } from '../records/record-cache.ts';
import type { Target } from './act.ts';
import type { Call } from './call.ts';
import type { Asker } from './condition-keys.ts';
import { Conditions } from './conditions.ts';
import { AccessDeniedError } from './errors.ts';
import type { Granted, RightOfGrant } from './granted.ts';

/** Decisions that are remembered for one revision of a key: beyond that, the oldest are made anew. */
const MAX_DECISIONS = 128;

/**
 * Asks the evaluator, or remembers what it said of this revision of the key and of the principal. Grants are looked
 * for only where policies neither allow nor deny.
 */
export function authorise(call: Call, target: Target, nowMs: number, granted: Granted | undefined): MaybePromise<void> {
  if (target.isFree === true) return;
  const decision = byPolicies(call, target, nowMs);
  if (decision.allowed) return;
  const { key } = target;
  const isOpen = decision.reason === 'no-statement-allows' && target.guarded === undefined;
  if (key === undefined || granted === undefined || !isOpen) {
    throw refused(call, target, decision);
  }
  return andThen(granted.find(key, call.principal), (found) => {
    const grants = found.filter(countsFor(call, target, nowMs));
    const withGrants = grants.length === 0 ? decision : decide(call, target, nowMs, grants);
    if (!withGrants.allowed) throw refused(call, target, withGrants);
  });
}

function refused({ principal }: Call, { action, resource }: Target, decision: Decision): AccessDeniedError {
  const isOlder = decision.reason === 'no-statement-allows' && wouldCommand(principal, action, resource);
  const told: Decision = isOlder ? { ...decision, reason: 'issued-before-appointment' } : decision;
  return new AccessDeniedError(action, resource, principal.arn, told);
}

/** Whether what the user was given after the credential was issued is about an action: a newer one may do better. */
function wouldCommand({ arn, accountId, withheld = [] }: Principal, action: string, resource: string): boolean {
  const policies = withheld.map((name) => BUILT_IN_POLICIES[name]);
  return evaluate({ subject: { arn, accountId, policies }, action, resource }).allowed;
}

/** What {@link authorise} would come to. */
export function isAllowed(
  call: Call,
  target: Target,
  nowMs: number,
  granted: Granted | undefined,
): MaybePromise<boolean> {
  const denied = (error: unknown): boolean => {
    if (error instanceof AccessDeniedError) return false;
    throw error;
  };
  try {
    const authorised = authorise(call, target, nowMs, granted);
    return authorised instanceof Promise ? authorised.then(() => true, denied) : true;
  } catch (error) {
    return denied(error);
  }
}

/**
 * Which rights count for a target. A grant rests on the key's own policy, by whoever made it; an authorization is the
 * account's word alone, and counts where the key's policy lets the account's policies decide.
 */
function countsFor(call: Asker, target: Target, nowMs: number): (right: RightOfGrant) => boolean {
  const { mayRestOn } = target;
  let isAccounts: boolean | undefined;
  return ({ grant }) => {
    if (grant !== undefined) return mayRestOn === undefined || mayRestOn(grant);
    isAccounts ??= mayRestOn === undefined && isLeftToAccount(call, target, nowMs);
    return isAccounts;
  };
}

/** Whether the policy of a key would allow its account itself what is asked. */
function isLeftToAccount(call: Asker, target: Target, nowMs: number): boolean {
  const { accountId } = target;
  const request = requestOf(call, target, nowMs);
  if (request === undefined || accountId === undefined) return false;
  return evaluate({ ...request, subject: { arn: rootArn(accountId), accountId, policies: [] } }).allowed;
}

function byPolicies(call: Call, target: Target, nowMs: number): Decision {
  const memory = target.guarded === undefined ? target.key?.decisions : undefined;
  const question = `${call.principal.cacheKey} ${target.action} ${target.resource}`;
  const known = memory?.get(question);
  if (known !== undefined) return known;
  const decision = decide(call, target, nowMs);
  // What a condition had a say in holds for this request alone.
  if (memory !== undefined && !decision.isConditional) {
    makeRoom(memory, MAX_DECISIONS);
    memory.set(question, decision);
  }
  return decision;
}

function decide(call: Call, target: Target, nowMs: number, grants?: readonly GrantedRight[]): Decision {
  const request = requestOf(call, target, nowMs, grants);
  if (request === undefined) return { allowed: false, reason: 'no-statement-allows', isConditional: false };
  return evaluate(request);
}

/** What would be decided, with every statement and grant that was looked at. */
export function explainTarget(
  call: Asker,
  target: Target,
  nowMs: number,
  granted: Granted | undefined,
): MaybePromise<Explanation> {
  const { key } = target;
  const found = key === undefined || granted === undefined ? [] : granted.find(key, call.principal);
  return andThen(found, (all) => {
    const grants = all.filter(countsFor(call, target, nowMs));
    const request = requestOf(call, target, nowMs, grants);
    if (request !== undefined) return explain(request);
    return {
      decision: { allowed: false, reason: 'no-statement-allows', isConditional: false },
      statements: [],
      grants: [],
    };
  });
}

/** By which acts a principal that is refused something on a key could let itself do it: see {@link ownWays}. */
export function ownWaysOf(
  call: Asker,
  target: Target,
  nowMs: number,
  granted: Granted | undefined,
): MaybePromise<readonly OwnWay[]> {
  const { key } = target;
  if (key === undefined) return [];
  const found = granted === undefined ? [] : granted.find(key, call.principal);
  return andThen(found, (all) => {
    const request = requestOf(call, target, nowMs, all.filter(countsFor(call, target, nowMs)));
    const operation = GRANT_OPERATION_NAMES.find(
      (name) => actionOf(name).toLowerCase() === target.action.toLowerCase(),
    );
    const isGrantable = operation !== undefined && isOperationOf(key.key, operation);
    return request === undefined ? [] : ownWays(request, isGrantable);
  });
}

/** The question that the evaluator is asked; none where nobody's policies may answer it. */
function requestOf(
  call: Asker,
  target: Target,
  nowMs: number,
  grants?: readonly GrantedRight[],
): AccessRequest | undefined {
  const subject = subjectFor(call.principal, target.action);
  if (subject === undefined) return undefined;
  const { guarded } = target;
  return {
    subject,
    action: target.action,
    resource: target.resource,
    context: new Conditions({ call, target, nowMs }),
    grants,
    key: guarded ?? protectedKeyOf(call, target),
  };
}

function protectedKeyOf({ principal }: Asker, { key, accountId = principal.accountId }: Target) {
  return key && { accountId, policy: key.accessPolicy };
}

const INSTALLATION_PREFIX = 'installation:';

/**
 * Who asks, for an action. What reaches over all tenants is decided by the policies of operators alone: nothing that
 * a tenant can write, not even the account's root, reaches there.
 */
function subjectFor(principal: Principal, action: string): Subject | undefined {
  if (!action.startsWith(INSTALLATION_PREFIX)) return principal;
  const { installationPolicies: policies } = principal;
  return policies === undefined || principal.kind === 'root' ? undefined : { ...principal, policies };
}
