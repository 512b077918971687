import { Code, Text } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useApi } from '../../../api/api.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { ActsMenu } from '../../../ui/acts-menu.tsx';
import { Command } from '../../../ui/command.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { roleName } from '../people/role-names.ts';
import { principalsQuery } from '../more-queries.ts';
import { policyQuery } from '../queries.ts';
import { roleActs } from './role-acts.tsx';
import { StrangeActions } from './strange-actions.tsx';
import { WhatItMay } from './what-it-may.tsx';

const route = getRouteApi('/shell/access/roles/$policy');

/** One role: what it may, who has it, and the policy that says so. */
export function RolePage() {
  const api = useApi();
  const { policy: name } = route.useParams();
  const { data: policy } = useSuspenseQuery(policyQuery(api, name));
  const { data: principals = [] } = useQuery(principalsQuery(api));
  const holders = principals.filter(({ policies, state }) => state !== 'deleted' && policies.includes(name));
  return (
    <Page
      title={roleName(name)}
      about={policy.description}
      actions={<ActsMenu of={name} acts={roleActs(policy)} isLong />}
    >
      <Facts
        facts={[
          [
            'Roles',
            <TextLink key="all" to="/access/roles">
              All roles
            </TextLink>,
          ],
          ['Name in commands', <CopyText key="name" text={name} label="the name" />],
          ['ARN', <CopyText key="arn" text={policy.arn} label="the ARN" />],
          ['Given to', holders.length === 0 ? 'Nobody' : holders.map((holder) => holder.name).join(', ')],
          ['Changed', policy.updatedAt !== undefined && <Time key="changed" at={policy.updatedAt} />],
        ]}
      />

      <Section title="What it may">
        <StrangeActions document={policy.document} />
        <WhatItMay document={policy.document} />
      </Section>
      <Section title="Policy" about={policy.isBuiltIn ? 'Built-in roles stay as they are in every tenant.' : undefined}>
        <Code block tabIndex={0} role="region" aria-label={`Policy of ${name}`}>
          {JSON.stringify(JSON.parse(policy.document), undefined, 2)}
        </Code>
        <Command words={ACCESS_COMMANDS.showRole(name)} />
        {!policy.isBuiltIn && (
          <Text size="xs" c="dimmed">
            Version {policy.version ?? 1}.
          </Text>
        )}
      </Section>
    </Page>
  );
}
