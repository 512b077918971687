const BEYOND_ASCII = /[^ -~]/;

/**
 * Brings a name (of a condition key, a tag, a member of the encryption context) to the form in which names are
 * compared: without the case of A to Z. Letters beyond ASCII stay as they are, since folding them would make one name
 * of two that look alike, such as the Kelvin sign and the letter k.
 */
export function foldName(name: string): string {
  return BEYOND_ASCII.test(name) ? name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name.toLowerCase();
}
