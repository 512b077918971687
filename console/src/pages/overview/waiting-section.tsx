import type { Overview, OverviewKeySoon } from '@keystead/sdk';
import type { ReactNode } from 'react';
import { DataTable } from '../../ui/data-table.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { TextLink } from '../../ui/links.tsx';
import { Section } from '../../ui/section.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { countOf } from '../../ui/amounts.ts';
import { shortId } from '../../ui/short-id.ts';

interface Matter {
  readonly id: string;
  readonly kind: string;
  readonly tone: Tone;
  readonly thing: ReactNode;
  readonly at?: string;
}

const KINDS: Readonly<Record<OverviewKeySoon['kind'], { readonly name: string; readonly tone: Tone }>> = {
  deletion: { name: 'Is deleted for good', tone: 'bad' },
  purge: { name: 'Can no longer be restored', tone: 'bad' },
  'material-expiry': { name: 'Its material expires', tone: 'waiting' },
  expiry: { name: 'Expires', tone: 'waiting' },
  rotation: { name: 'Is rotated by itself', tone: 'good' },
};

/** What becomes of something by itself, or waits for somebody; nothing where nothing does. */
export function WaitingSection({ overview }: { readonly overview: Overview }) {
  const matters = mattersOf(overview);
  if (matters.length === 0) return null;
  return (
    <Section title="What waits and what comes" about="In the next 90 days, and what somebody has to decide.">
      <DataTable
        caption="What waits and what comes"
        rows={matters}
        idOf={({ id }) => id}
        columns={[
          { name: 'Thing', cell: ({ thing }) => thing },
          { name: 'What', cell: ({ kind, tone }) => <StateBadge tone={tone}>{kind}</StateBadge> },
          { name: 'When', cell: ({ at }) => (at === undefined ? 'now' : <Time at={at} />) },
        ]}
      />
    </Section>
  );
}

function mattersOf({ keys, environments }: Overview): Matter[] {
  const soon = (keys?.soon ?? []).map(({ kind, at, keyId, region, name }): Matter => {
    const { name: what, tone } = KINDS[kind];
    const thing = (
      <TextLink to="/keys/$region/$keyId" params={{ region, keyId }} size="sm" className="ks-anywhere">
        Key <ForeignText text={name ?? shortId(keyId)} max={48} />
      </TextLink>
    );
    return { id: `${kind} ${region} ${keyId}`, kind: what, tone, thing, at };
  });
  const decisions = (environments?.items ?? [])
    .filter(({ releasesAsked }) => releasesAsked > 0)
    .map(({ environmentId, label, releasesAsked }): Matter => ({
      id: `release ${environmentId}`,
      kind: `${countOf(releasesAsked, 'release')} of a legal hold to decide`,
      tone: 'waiting',
      thing: (
        <TextLink to="/environments/$environmentId/holds" params={{ environmentId }} size="sm">
          Environment <ForeignText text={label} max={48} />
        </TextLink>
      ),
    }));
  return [...decisions, ...soon];
}
