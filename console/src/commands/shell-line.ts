const PLAIN = /^[\w@%+=:,./-]+$/;
/** What a terminal obeys, or what is not seen on it: a pasted ETX or ESC acts between quotes too. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Words as one line for a POSIX shell: each is quoted that would be more, or less, than one word. */
export function shellLine(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (PLAIN.test(word)) return word;
  return UNSEEN.test(word) ? `$'${Array.from(word, escaped).join('')}'` : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** POSIX.1-2024, shell command language, section 2.2.4 "Dollar-Single-Quotes". */
function escaped(character: string): string {
  if (character === '\\' || character === "'") return `\\${character}`;
  if (!UNSEEN.test(character)) return character;
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
