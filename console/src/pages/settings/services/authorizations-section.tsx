import { everyItem, type Authorization } from '@keystead/sdk';
import { ActButton } from '../../../ui/act-button.tsx';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../../commands/settings-commands.ts';
import { Command } from '../../../ui/command.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ForeignText } from '../../../ui/foreign-text.tsx';
import { TextLink } from '../../../ui/links.tsx';
import { shortId } from '../../../ui/short-id.ts';
import { Loading } from '../../../ui/loading.tsx';
import { ProblemNotice } from '../../../ui/problem-notice.tsx';
import { Section } from '../../../ui/section.tsx';
import { Time } from '../../../ui/time.tsx';
import { AuthorizeDialog } from './authorize-dialog.tsx';

const TOUCHES = [['authorizations']] as const;

/** What services may do with keys of this tenant. */
export function AuthorizationsSection() {
  const api = useApi();
  const [isAdding, adding] = useDisclosure(false);
  const [ended, setEnded] = useState<Authorization>();
  const { data, error } = useQuery({
    queryKey: ['authorizations'],
    queryFn: () => Array.fromAsync(everyItem((after) => api.listAuthorizations({ after }))),
  });
  const remove = useAct({
    act: (client, id: string) => client.deleteAuthorization(id),
    touches: TOUCHES,
    done: ({ service }) => `${service} may no more.`,
  });
  const add = (
    <ActButton needs="keystead:CreateAuthorization" onClick={adding.open}>
      Authorize a service
    </ActButton>
  );
  return (
    <Section title="Authorizations" about="Which service may use which of your keys." actions={add}>
      <ProblemNotice error={error} title="Authorizations cannot be shown" />
      {data === undefined && !error && <Loading />}
      {data?.length === 0 && (
        <EmptyState title="No service is authorized">
          Authorize a service before it protects something by a key of yours. It gets no more than the role says, for
          the region, ring or key that you name.
        </EmptyState>
      )}
      {data !== undefined && data.length > 0 && (
        <DataTable
          caption="Authorizations"
          rows={data}
          idOf={({ authorizationId }) => authorizationId}
          columns={[
            { name: 'Service', cell: ({ service }) => <ForeignText text={service} max={48} /> },
            { name: 'Roles', isSpare: true, cell: ({ roles }) => roles.join(', ') },
            { name: 'For', cell: ({ region, keyRing, keyId }) => scopeOf(region, keyRing, keyId) },
            { name: 'Since', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
            {
              name: 'Actions',
              cell: (one) => (
                <ActButton
                  needs="keystead:DeleteAuthorization"
                  size="compact-sm"
                  variant="default"
                  aria-label={`End the authorization of ${one.service}`}
                  onClick={() => setEnded(one)}
                >
                  End
                </ActButton>
              ),
            },
          ]}
        />
      )}
      <Command words={SETTINGS_COMMANDS.listAuthorizations()} />
      {isAdding && <AuthorizeDialog touches={TOUCHES} onClose={adding.close} />}
      <Confirm
        isOpen={ended !== undefined}
        onClose={() => setEnded(undefined)}
        title={`End the authorization of ${ended?.service ?? ''}?`}
        verb="End the authorization"
        isDangerous
        command={SETTINGS_COMMANDS.deleteAuthorization(ended?.authorizationId ?? '')}
        onConfirm={() => remove.mutateAsync(ended?.authorizationId as string)}
      >
        The service is refused with its next request: what it protects by these keys does not open until it is
        authorized again.
      </Confirm>
    </Section>
  );
}

function scopeOf(region: string | undefined, ring: string | undefined, key: string | undefined): ReactNode {
  if (region !== undefined && key !== undefined)
    return (
      <>
        {region},{' '}
        <TextLink to="/keys/$region/$keyId" params={{ region, keyId: key }} size="sm">
          key {shortId(key)}
        </TextLink>
      </>
    );
  return [region ?? 'All regions', ring && `ring ${ring}`].filter(Boolean).join(', ');
}
