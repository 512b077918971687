import type { Enrolment } from '@keystead/sdk';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/api.ts';
import { ACCESS_COMMANDS } from '../../../commands/access-commands.ts';
import { ActsMenu, type ThingAct } from '../../../ui/acts-menu.tsx';
import { Command } from '../../../ui/command.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { ButtonLink, TextLink } from '../../../ui/links.tsx';
import { Page } from '../../../ui/page.tsx';
import { Time } from '../../../ui/time.tsx';
import { enrolmentsQuery } from '../queries.ts';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { PrincipalName } from '../principal-name.tsx';

const KINDS: Record<Enrolment['kind'], string> = {
  first: 'The first administrator',
  invitation: 'Invitation',
  reset: 'New way in',
};

/** Sign-in links that are open: who has not come yet. */
export function InvitationsPage() {
  const { data: enrolments } = useSuspenseQuery(enrolmentsQuery(useApi()));
  return (
    <Page title="Invitations" about="Sign-in links that nobody has used yet. Each opens one user, once.">
      <DataTable
        caption="Sign-in links that are open"
        rows={enrolments}
        idOf={({ principalId }) => principalId}
        columns={[
          {
            name: 'Name',
            cell: ({ principalId, name }) => (
              <TextLink to="/access/people/$principalId" params={{ principalId }} fw={600} size="sm">
                {name}
              </TextLink>
            ),
          },
          { name: 'Kind', cell: ({ kind }) => KINDS[kind] },
          {
            name: 'Made by',
            cell: ({ createdBy }) => (createdBy.startsWith('arn:') ? <PrincipalName id={createdBy} /> : 'This server'),
            isSpare: true,
          },
          { name: 'Made', cell: ({ createdAt }) => <Time at={createdAt} />, isSpare: true },
          { name: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          { name: 'Actions', cell: (enrolment) => <ActsMenu of={enrolment.name} acts={acts(enrolment)} /> },
        ]}
        empty={
          <EmptyState title="No link is open" action={<ButtonLink to="/access/people">Go to the people</ButtonLink>}>
            Whoever is invited gets a link that works once. Until they use it, it stands here, and can be taken back.
          </EmptyState>
        }
      />
      <Command words={ACCESS_COMMANDS.links()} />
    </Page>
  );
}

function acts({ principalId, name }: Enrolment): readonly ThingAct[] {
  return [
    {
      label: 'Make another link…',
      next: { dialog: (onClose) => <NewLinkDialog person={{ principalId, name }} onClose={onClose} /> },
    },
    {
      label: 'Take the link back',
      isDangerous: true,
      next: {
        title: `Take the link of ${name} back?`,
        about: `It opens nothing from the answer on. The user ${name} stays with its roles; a new link can be made whenever you like.`,
        verb: 'Take it back',
        command: ACCESS_COMMANDS.withdrawLink(name),
        run: (api) => api.withdrawEnrolment(principalId),
        touches: [['enrolments'], ['principals']],
        done: `The link of ${name} opens nothing any more`,
      },
    },
  ];
}
