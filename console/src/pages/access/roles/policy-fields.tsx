import { JsonInput, TextInput } from '@mantine/core';
import { POLICY_NAME, policyWords } from './policy-words.ts';
import { StrangeActions } from './strange-actions.tsx';

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The name of a policy, which the dialog begins with. */
export function PolicyName({ value, onChange, description }: FieldProps & { readonly description?: string }) {
  return (
    <TextInput
      label="Name"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
      {...(value !== '' && !POLICY_NAME.test(value) && { error: '1 to 64 letters, digits and + = , . @ _ -' })}
      {...(description !== undefined && { description })}
      autoComplete="off"
      data-autofocus
    />
  );
}

/** The text of a policy, with what is amiss in it. */
export function PolicyText({ value, onChange }: FieldProps) {
  return (
    <>
      <JsonInput
        label="Policy"
        value={value}
        onChange={onChange}
        autosize
        minRows={8}
        maxRows={20}
        classNames={{ input: 'ks-code' }}
        {...(policyWords(value) === undefined && { error: 'This is no JSON with statements' })}
      />
      <StrangeActions document={value} />
    </>
  );
}
