import { PasswordInput, Stack, Text } from '@mantine/core';

const SHORTEST = 12;
const LONGEST = 256;

/** Whether the server may take it: how hard it is to guess shows in no length, see below. */
export function isLongEnough(password: string): boolean {
  const length = lengthOf(password);
  return length >= SHORTEST && length <= LONGEST;
}

interface NewPasswordProps {
  readonly password: string;
  readonly again: string;
  readonly onPassword: (password: string) => void;
  readonly onAgain: (again: string) => void;
}

/** A new password, twice. What is said of it is what can be known: a meter that guesses would lie. */
export function NewPassword({ password, again, onPassword, onAgain }: NewPasswordProps) {
  return (
    <Stack gap="sm">
      <PasswordInput
        label="New password"
        autoComplete="new-password"
        description="12 to 256 characters; any are welcome, spaces too, but not your name. Best made by a password manager, or of four or more words that were drawn by chance."
        value={password}
        onChange={(event) => onPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        aria-describedby="password-length"
      />
      <Text id="password-length" size="sm" c="dimmed">
        {hint(password)}
      </Text>
      <PasswordInput
        label="The same password again"
        autoComplete="new-password"
        value={again}
        onChange={(event) => onAgain(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the repeated password' }}
        {...(again !== '' && again !== password && { error: 'The two are not the same' })}
      />
    </Stack>
  );
}

function hint(password: string): string {
  const length = lengthOf(password);
  if (length === 0) return '';
  if (length < SHORTEST) return `${length} characters: ${SHORTEST - length} more to go.`;
  if (length > LONGEST) return `${length} characters: ${length - LONGEST} too many.`;
  if (length < 16) return `${length} characters: long enough where they were drawn by chance.`;
  return `${length} characters: long. It is as good as it is hard for others to think of.`;
}

/** As the server counts: characters after NFKC. */
function lengthOf(password: string): number {
  return Array.from(password.normalize('NFKC')).length;
}
