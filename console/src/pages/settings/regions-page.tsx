import type { Region } from '@keystead/sdk';
import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useAct } from '../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../commands/settings-commands.ts';
import { AskText } from '../../ui/ask-text.tsx';
import { Command } from '../../ui/command.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { TextLink } from '../../ui/links.tsx';
import { Time } from '../../ui/time.tsx';
import { Page } from '../../ui/page.tsx';
import { useRegions } from './use-regions.ts';

/** Where keys of this tenant may live. */
export function RegionsPage() {
  const regions = useRegions();
  const [isAdding, adding] = useDisclosure(false);
  const [closed, setClosed] = useState<Region>();
  const remove = useAct({
    act: (api, region: string) => api.deleteRegion(region),
    touches: [['regions']],
    done: ({ region }) => `The region ${region} is closed.`,
  });
  return (
    <Page
      title="Regions and instances"
      about="A region is where keys live: an AWS client asks for it by its name, an IBM client by the id of its instance. A key never leaves its region, unless it is made to."
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={adding.open}>
          Open a region
        </Button>
      }
    >
      <DataTable
        caption="Regions"
        rows={regions}
        idOf={({ region }) => region}
        columns={[
          {
            name: 'Region',
            cell: ({ region }) => (
              <TextLink to="/settings/policies" search={{ region }} fw={600} size="sm">
                {region}
              </TextLink>
            ),
          },
          {
            name: 'Instance (IBM)',
            cell: ({ instanceId, instanceCrn }) => (
              <Stack gap={0}>
                <CopyText text={instanceId} label={`the id of the instance ${instanceId}`} />
                <CopyText text={instanceCrn} shown="CRN" label={`the CRN of the instance ${instanceId}`} />
              </Stack>
            ),
          },
          { name: 'Account (AWS)', isSpare: true, cell: ({ accountId }) => accountId },
          { name: 'Open since', isSpare: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
          {
            name: 'Actions',
            cell: (region) => (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`Close ${region.region}`}
                onClick={() => setClosed(region)}
              >
                Close
              </Button>
            ),
          },
        ]}
      />
      <Command words={SETTINGS_COMMANDS.listRegions()} />
      {isAdding && <OpenRegion onClose={adding.close} />}
      <Confirm
        isOpen={closed !== undefined}
        onClose={() => setClosed(undefined)}
        title={`Close the region ${closed?.region ?? ''}?`}
        verb={`Close ${closed?.region ?? ''}`}
        isDangerous
        typed={closed?.region ?? ''}
        command={SETTINGS_COMMANDS.deleteRegion(closed?.region ?? '')}
        onConfirm={() => remove.mutateAsync(closed?.region as string)}
      >
        Clients that ask for this region are refused from then on. Its key rings and instance policies go with it. A
        region that still has keys is not closed: those that wait for their deletion count, too. It can be opened again
        later, with another instance id.
      </Confirm>
    </Page>
  );
}

function OpenRegion({ onClose }: { readonly onClose: () => void }) {
  const add = useAct({
    act: (api, region: string) => api.addRegion({ region }),
    touches: [['regions']],
    done: ({ region }) => `The region ${region} is open.`,
  });
  return (
    <AskText
      onClose={onClose}
      title="Open a region"
      about="Name it as the cloud does whose clients will ask for it, so that they find their keys without being told."
      verb="Open the region"
      label="Region"
      placeholder="eu-central-1, or eu-de"
      command={(region) => SETTINGS_COMMANDS.addRegion(region || 'eu-central-1')}
      onSubmit={(region) => add.mutateAsync(region)}
    />
  );
}
