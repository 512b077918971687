import { List, MultiSelect, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { explainPolicy, syntaxProblem } from '../../keys/policy/explain-policy.ts';
import { principalsQuery } from '../more-queries.ts';
import { trustOf } from './trust.ts';

interface TrustFieldsProps {
  readonly trust: string;
  readonly onChange: (trust: string) => void;
}

/** Who may assume a role: chosen from the users, or written as the policy that it is. */
export function TrustFields({ trust, onChange }: TrustFieldsProps) {
  const principals = useQuery(principalsQuery(useApi()));
  const users = (principals.data ?? []).map(({ arn, name }) => ({ value: arn, label: name }));
  const chosen = users.filter(({ value }) => trust === trustOf([value]) || trust.includes(`"${value}"`));
  const said = explainPolicy(trust);
  return (
    <Stack gap="sm">
      <MultiSelect
        label="Who may assume it"
        description="Choosing users writes the trust policy below anew."
        data={users}
        value={chosen.map(({ value }) => value)}
        onChange={(arns) => arns.length > 0 && onChange(trustOf(arns))}
        searchable
      />
      <Textarea
        label="Trust policy"
        description="JSON, as at AWS. It may ask for more: an external id, an address, tags."
        value={trust}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={syntaxProblem(trust)}
        autosize
        minRows={8}
        maxRows={24}
        spellCheck={false}
        classNames={{ input: 'ks-code' }}
      />
      <div role="status">
        <List size="sm">
          {said.map(({ title, text }) => (
            <List.Item key={title + text}>
              <Text size="sm" className="ks-anywhere">
                {text}
              </Text>
            </List.Item>
          ))}
        </List>
      </div>
    </Stack>
  );
}
