import { pageOf } from './made-up.ts';

interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}

const texts = new Map<string, readonly InlinePolicy[]>();

/** The policies that belong to one user or role of the made-up server alone, with their texts. */
export const inlineTexts = {
  of: (holder: string) => pageOf(texts.get(holder) ?? []),
  without: (holder: string, name: string): readonly string[] => {
    const left = (texts.get(holder) ?? []).filter((one) => one.name !== name);
    texts.set(holder, left);
    return left.map((one) => one.name);
  },
  with: (holder: string, policy: InlinePolicy): readonly string[] => {
    inlineTexts.without(holder, policy.name);
    const all = [...(texts.get(holder) ?? []), policy];
    texts.set(holder, all);
    return all.map(({ name }) => name);
  },
};
