const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;
const MAX_CHARACTERS = 120;

/**
 * Text that a stranger chose, made harmless to the eye: what is not seen, or turns the direction of what follows, stands
 * as its number (Unicode TR 36, "bidirectional text spoofing").
 */
export function harmless(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/** Text that somebody sent, such as a name in the audit log: shown as it is, cut where it is long, whole on hover. */
export function ForeignText({ text, max = MAX_CHARACTERS }: { readonly text: string; readonly max?: number }) {
  const whole = harmless(text);
  const isCut = whole.length > max;
  return <bdi {...(isCut && { title: whole })}>{isCut ? `${whole.slice(0, max)}…` : whole}</bdi>;
}
