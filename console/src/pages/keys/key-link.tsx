import { TextLink } from '../../ui/links.tsx';
import { keyName, type ListedKey } from './key-words.ts';

/** Leads to the page of a key. */
export function KeyLink({ listed }: { readonly listed: Pick<ListedKey, 'region' | 'keyId' | 'aliases' | 'name'> }) {
  const { region, keyId } = listed;
  return (
    <TextLink fw={600} to="/keys/$region/$keyId" params={{ region, keyId }}>
      {keyName(listed)}
    </TextLink>
  );
}
