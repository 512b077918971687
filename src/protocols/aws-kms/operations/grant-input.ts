import { accountParty, type ContextPairs, type GrantConstraints, type GrantParty } from '../../../keys/grant.ts';
import { andThen, type MaybePromise } from '../../../records/ports.ts';
import { AwsKmsError } from '../errors.ts';
import type { GrantConstraints as WireConstraints } from '../model.gen.ts';
import type { Input, OperationContext } from '../operation.ts';
import { validationError } from './refusals.ts';

const ACCOUNT = /^\d{12}$/;

/**
 * One of two members that exclude each other.
 *
 * @throws {AwsKmsError} ValidationException
 */
export function oneParty(
  role: 'Grantee' | 'Retiring',
  principal: string | undefined,
  service: string | undefined,
): GrantParty | undefined {
  if (principal !== undefined && service !== undefined) {
    throw validationError(`You cannot specify ${role}Principal and ${role}ServicePrincipal in the same request.`);
  }
  if (principal !== undefined) {
    // An account may be named by its id alone, as in policies.
    return ACCOUNT.test(principal) ? accountParty(principal) : { type: 'principal', name: principal };
  }
  return service === undefined ? undefined : { type: 'service', name: service };
}

/** A party that must be there. @throws {AwsKmsError} ValidationException */
export function requiredParty(
  role: 'Grantee' | 'Retiring',
  principal: string | undefined,
  service: string | undefined,
): GrantParty {
  const party = oneParty(role, principal, service);
  if (party === undefined) throw validationError(`You must specify ${role}Principal or ${role}ServicePrincipal.`);
  return party;
}

/** Who is to have a new grant and who may retire it. @throws {AwsKmsError} ValidationException */
export function partiesOf(input: Input<'CreateGrant'>): {
  readonly grantee: GrantParty;
  readonly retiring?: GrantParty;
} {
  const grantee = requiredParty('Grantee', input.GranteePrincipal, input.GranteeServicePrincipal);
  const retiring = oneParty('Retiring', input.RetiringPrincipal, input.RetiringServicePrincipal);
  return { grantee, ...(retiring && { retiring }) };
}

/**
 * That there is a principal of the name that a request gives. Services are not looked up: their names are not ours to
 * give.
 *
 * @throws {AwsKmsError} InvalidArnException
 */
export function requireKnown({ directory }: OperationContext, party: GrantParty | undefined): MaybePromise<void> {
  if (party === undefined || party.type === 'service') return;
  const { name } = party;
  return andThen(directory.isKnownPrincipal(name), (isKnown) => {
    if (isKnown) return;
    throw new AwsKmsError('InvalidArnException', `ARN does not refer to a valid principal: ${name}`);
  });
}

export function constraintsOf({
  EncryptionContextEquals,
  EncryptionContextSubset,
  SourceArn,
}: WireConstraints = {}): GrantConstraints {
  return {
    ...(EncryptionContextEquals && { encryptionContextEquals: pairsOf(EncryptionContextEquals) }),
    ...(EncryptionContextSubset && { encryptionContextSubset: pairsOf(EncryptionContextSubset) }),
    ...(SourceArn !== undefined && { sourceArn: SourceArn }),
  };
}

function pairsOf(context: ReadonlyMap<string, string>): ContextPairs {
  return [...context].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const GRANT_ID = /^[0-9a-f]{64}$/;

/** @throws {AwsKmsError} InvalidGrantIdException: it has not the form of a grant's id */
export function requireGrantId(grantId: string): void {
  if (GRANT_ID.test(grantId)) return;
  throw new AwsKmsError('InvalidGrantIdException', 'A grant id has 64 hexadecimal digits.');
}
