import type { Region } from '@keystead/sdk';
import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useAct } from '../../api/use-act.ts';
import { SETTINGS_COMMANDS } from '../../commands/settings-commands.ts';
import { Command } from '../../ui/command.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { TextLink } from '../../ui/links.tsx';
import { Time } from '../../ui/time.tsx';
import { Page } from '../../ui/page.tsx';
import { RegionName } from './region-name.tsx';
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
      <OpenRegion isOpen={isAdding} onClose={adding.close} />
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

function OpenRegion({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [region, setRegion] = useState('');
  const add = useAct({
    act: (api, name: string) => api.addRegion({ region: name }),
    touches: [['regions']],
    done: (opened) => `The region ${opened.region} is open.`,
  });
  const name = region.trim();
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={() => {
        setRegion('');
        onClose();
      }}
      title="Open a region"
      about="Name it as the cloud does whose clients will ask for it, so that they find their keys without being told."
      verb="Open the region"
      isReady={name !== ''}
      command={SETTINGS_COMMANDS.addRegion(name === '' ? 'eu-central-1' : name)}
      onSubmit={() => add.mutateAsync(name)}
    >
      <RegionName value={region} onChange={setRegion} />
    </FormDialog>
  );
}
