/**
 * Without regard to case, one character for one character: what only resembles another (the sign for kelvin, a dotless
 * i) stays apart from it.
 */
export function fold(text: string): string {
  // Where all is ASCII, lines apart too, it is what the runtime does by itself.
  if (!/[\u0080-\uffff]/.test(text)) return text.toLowerCase();
  return Array.from(text, (character) => {
    const lower = character.toLowerCase();
    return lower.toUpperCase() === character ? lower : character;
  }).join('');
}
