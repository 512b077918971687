import { IconArchive, IconBucket, IconKey, IconPlugConnected, type Icon } from '@tabler/icons-react';
import { useElementSize } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { TextLink } from '../../ui/links.tsx';
import { harmless } from '../../ui/foreign-text.tsx';
import type { PictureKey, PictureModel, PictureThing, ThingKind } from './picture-model.ts';

const ROW = 58;
const BOX = 48;
const MAX_BOX_WIDTH = 300;

const ICONS: Readonly<Record<ThingKind, Icon>> = {
  environment: IconArchive,
  bucket: IconBucket,
  service: IconPlugConnected,
};

/** Keys at the left, what they protect at the right, a line for each "protects". Pointing at one shows what is its. */
export function ProtectionPicture({ model }: { readonly model: PictureModel }) {
  const { keys, things, edges } = model;
  const { ref, width } = useElementSize();
  const [pointed, setPointed] = useState<string>();
  const height = Math.max(keys.length, things.length) * ROW - (ROW - BOX);
  const boxWidth = Math.min(MAX_BOX_WIDTH, width * 0.38);
  const topOf = (index: number, count: number): number => index * ROW + (height + ROW - BOX - count * ROW) / 2;
  const middleOf = (list: readonly { readonly id: string }[], id: string): number =>
    topOf(
      list.findIndex((one) => one.id === id),
      list.length,
    ) +
    BOX / 2;
  const near = new Set(
    edges.filter(({ key, thing }) => key === pointed || thing === pointed).flatMap(({ key, thing }) => [key, thing]),
  );
  const look = (id: string): 'near' | 'far' | 'calm' =>
    pointed === undefined ? 'calm' : id === pointed || near.has(id) ? 'near' : 'far';
  const toneOf = new Map([...keys, ...things].map(({ id, tone }) => [id, tone]));
  const pointing = (id: string) => ({
    onMouseEnter: () => setPointed(id),
    onMouseLeave: () => setPointed(undefined),
    onFocus: () => setPointed(id),
    onBlur: () => setPointed(undefined),
  });
  return (
    <div ref={ref} className="ks-picture" style={{ height }}>
      <svg width={width} height={height} aria-hidden className="ks-picture-lines">
        {edges.map(({ key, thing }) => {
          const [y1, y2] = [middleOf(keys, key), middleOf(things, thing)];
          const [x1, x2] = [boxWidth, width - boxWidth];
          const bend = (x2 - x1) / 2;
          const isHot = pointed !== undefined && (key === pointed || thing === pointed);
          return (
            <path
              key={`${key} ${thing}`}
              d={`M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`}
              data-look={pointed === undefined ? 'calm' : isHot ? 'near' : 'far'}
              data-tone={toneOf.get(key) === 'bad' ? 'bad' : toneOf.get(thing) === 'bad' ? 'bad' : toneOf.get(key)}
            />
          );
        })}
      </svg>
      <ul aria-label="Keys">
        {keys.map((key, index) => (
          <li
            key={key.id}
            className="ks-picture-box"
            data-look={look(key.id)}
            data-tone={key.tone}
            style={{ top: topOf(index, keys.length), width: boxWidth }}
            {...pointing(key.id)}
          >
            <IconKey size={18} aria-hidden />
            <Words name={keyLink(key)} about={key.state ?? key.about} />
          </li>
        ))}
      </ul>
      <ul aria-label="What they protect">
        {things.map((thing, index) => {
          const ThingIcon = ICONS[thing.kind];
          return (
            <li
              key={thing.id}
              className="ks-picture-box"
              data-look={look(thing.id)}
              data-tone={thing.tone}
              style={{ top: topOf(index, things.length), right: 0, width: boxWidth }}
              {...pointing(thing.id)}
            >
              <ThingIcon size={18} aria-hidden />
              <Words name={thingLink(thing)} about={thing.about} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Words({ name, about }: { readonly name: ReactNode; readonly about: string }) {
  return (
    <span className="ks-picture-words">
      <span>{name}</span>
      <small>{harmless(about)}</small>
    </span>
  );
}

/** The key's name; where it is an own one, the way to it. */
export function keyLink({ name, own, id }: PictureKey): ReactNode {
  const shown = harmless(name);
  return own === undefined ? (
    <span title={id}>{shown}</span>
  ) : (
    <TextLink to="/keys/$region/$keyId" params={own} title={shown} size="sm">
      {shown}
    </TextLink>
  );
}

export function thingLink({ name, environmentId }: PictureThing): ReactNode {
  const shown = harmless(name);
  return environmentId === undefined ? (
    <span title={shown}>{shown}</span>
  ) : (
    <TextLink to="/environments/$environmentId" params={{ environmentId }} title={shown} size="sm">
      {shown}
    </TextLink>
  );
}
