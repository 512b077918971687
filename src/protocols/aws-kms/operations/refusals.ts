import { AwsKmsError } from '../errors.ts';

/** The answer to a request with `DryRun` that would have succeeded. */
export function dryRun(): AwsKmsError {
  return new AwsKmsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.');
}

export function validationError(text: string): AwsKmsError {
  return new AwsKmsError('ValidationException', text);
}

/** A member that is required in this case only, in the words for those that always are. */
export function requiredMember(member: string): AwsKmsError {
  const wireName = member.charAt(0).toLowerCase() + member.slice(1);
  return validationError(
    `1 validation error detected: Value null at '${wireName}' failed to satisfy constraint: Member must not be null`,
  );
}
