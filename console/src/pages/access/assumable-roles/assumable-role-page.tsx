import type { Role } from '@keystead/sdk';
import { Button, Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { ROLE_COMMANDS } from '../../../commands/holder-commands.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { ActButton } from '../../../ui/act-button.tsx';
import { durationText } from '../../../ui/amounts.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { CopyText } from '../../../ui/copy-text.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Page } from '../../../ui/page.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { syntaxProblem } from '../../keys/policy/explain-policy.ts';
import type { Holder } from '../holder/holder.ts';
import { RightsSections } from '../holder/rights-sections.tsx';
import { HOURS } from './trust.ts';
import { TrustFields } from './trust-fields.tsx';

const TOUCHES = [['roles']];

/** One role that is assumed: who may, what it may, and an end to its sessions. */
export function AssumableRolePage() {
  const { role: name } = useParams({ from: '/shell/access/assumable-roles/$role' });
  const api = useApi();
  const { data: role } = useSuspenseQuery({ queryKey: ['roles', 'one', name], queryFn: () => api.getRole(name) });
  const [asking, setAsking] = useState<'change'>();
  const { arn, description, maxSessionSeconds, policies, sessionsRevokedAt, createdAt } = role;
  return (
    <Page title={name} about={description} actions={<Endings role={role} />}>
      <Facts
        facts={[
          ['ARN', <CopyText key="arn" text={arn} label="the ARN of the role" />],
          ['A session lasts', `up to ${durationText(maxSessionSeconds)}`],
          ['Made', <Time key="made" at={createdAt} />],
          ['Sessions ended', sessionsRevokedAt !== undefined && <Time key="revoked" at={sessionsRevokedAt} />],
        ]}
      />
      <Group>
        <ActButton needs="keystead:UpdateRole" size="xs" variant="default" onClick={() => setAsking('change')}>
          Change description and length
        </ActButton>
      </Group>
      <RightsSections
        holder={holderOf(role)}
        called="policies"
        policies={policies}
        attach={(to, policy) => to.attachRolePolicy(name, { policy })}
        detach={(from, policy) => from.detachRolePolicy(name, { policy })}
        about="Whoever has taken it on may do this, and nothing of its own."
      />
      <Trust key={role.trustPolicy} role={role} />
      <Command words={ACCESS_MORE_COMMANDS.showRole(name)} />
      {asking === 'change' && <Change role={role} onClose={() => setAsking(undefined)} />}
    </Page>
  );
}

function holderOf({ name, inlinePolicies, tags }: Role): Holder {
  return {
    name,
    commands: ROLE_COMMANDS,
    noun: 'Role',
    inlinePolicies,
    tags,
    touches: TOUCHES,
    readPolicies: (api) => api.listRoleInlinePolicies(name),
    putPolicy: (api, policy) => api.putRoleInlinePolicy(name, policy),
    deletePolicy: (api, policy) => api.deleteRoleInlinePolicy(name, { name: policy }),
    tag: (api, added) => api.tagRole(name, { tags: added }),
    untag: (api, keys) => api.untagRole(name, { keys }),
  };
}

function Trust({ role: { name, trustPolicy } }: { readonly role: Role }) {
  const [typed, setTyped] = useState(trustPolicy);
  const save = useAct({
    act: (api) => api.setRoleTrust(name, { trustPolicy: typed }),
    touches: TOUCHES,
    done: () => `Who may assume ${name} is changed. Sessions that are open go on.`,
  });
  const isChanged = typed !== trustPolicy;
  return (
    <Section
      title="Who may assume it"
      about="Sessions that are open go on when this changes: end them beside, if they must not."
    >
      <Stack maw={720}>
        <TrustFields trust={typed} onChange={setTyped} />
        <ProblemNotice error={save.error} title="The trust policy was not set" />
        <Group>
          <ActButton
            needs="keystead:SetRoleTrust"
            disabled={!isChanged || syntaxProblem(typed) !== undefined}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            Save the trust policy
          </ActButton>
          <Button variant="default" disabled={!isChanged} onClick={() => setTyped(trustPolicy)}>
            Undo the changes
          </Button>
        </Group>
        <Command words={ACCESS_MORE_COMMANDS.setTrust(name)} />
      </Stack>
    </Section>
  );
}

function Change({ role, onClose }: { readonly role: Role; readonly onClose: () => void }) {
  const { name } = role;
  const [description, setDescription] = useState(role.description);
  // A length between whole hours, which other clients may set, stays as it is unless somebody chooses another one.
  const [hours, setHours] = useState<number>();
  const maxSessionSeconds = hours === undefined ? role.maxSessionSeconds : Math.round(hours * 3600);
  const change = useAct({
    act: (api) => api.updateRole(name, { description, ...(hours !== undefined && { maxSessionSeconds }) }),
    touches: TOUCHES,
    done: () => `${name} is changed.`,
  });
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Change ${name}`}
      verb="Save the changes"
      command={ACCESS_MORE_COMMANDS.updateRole(name, description, String(maxSessionSeconds))}
      onSubmit={() => change.mutateAsync()}
    >
      <TextInput
        label="What it is for"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        data-autofocus
      />
      <NumberInput
        label="A session lasts so many hours at most"
        {...HOURS}
        decimalScale={2}
        clampBehavior="strict"
        value={maxSessionSeconds / 3600}
        onChange={(value) => {
          if (typeof value === 'number' && value * 3600 !== maxSessionSeconds) setHours(value);
        }}
      />
    </FormDialog>
  );
}

function Endings({ role: { name } }: { readonly role: Role }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'revoke' | 'delete'>();
  const revoke = useAct({
    act: (api) => api.revokeRoleSessions(name),
    touches: [...TOUCHES, ['credentials']],
    done: () => `Every session of ${name} has ended.`,
  });
  const forget = useAct({
    act: (api) => api.deleteRole(name),
    touches: [['roles', 'all'], ['credentials']],
    done: () => `${name} is deleted.`,
  });
  return (
    <>
      <ActButton needs="keystead:RevokeRoleSessions" variant="default" onClick={() => setAsking('revoke')}>
        End its sessions
      </ActButton>
      <ActButton needs="keystead:DeleteRole" variant="default" onClick={() => setAsking('delete')}>
        Delete
      </ActButton>
      <Confirm
        isOpen={asking === 'revoke'}
        onClose={() => setAsking(undefined)}
        title={`End every session of ${name}?`}
        verb="End the sessions"
        isDangerous
        command={ACCESS_MORE_COMMANDS.revokeRoleSessions(name)}
        onConfirm={() => revoke.mutateAsync()}
      >
        Whoever has taken the role on is refused from the answer on. Whom the trust policy names may take it on anew:
        change that first, if they must not.
      </Confirm>
      <Confirm
        isOpen={asking === 'delete'}
        onClose={() => setAsking(undefined)}
        title={`Delete ${name} for good?`}
        verb="Delete the role"
        isDangerous
        typed={name}
        command={ACCESS_MORE_COMMANDS.deleteRole(name)}
        onConfirm={async () => {
          await forget.mutateAsync();
          await navigate({ to: '/access/assumable-roles' });
        }}
      >
        Its sessions end with the answer, and whatever relies on it stops. It cannot be undone, and the name is never
        given again: policies of keys may go on naming it.
      </Confirm>
    </>
  );
}
