/** A message of the server as a sentence of its own. What it begins with stays as it is written where that is an ARN. */
export function sentence(text: string): string {
  const begun = text.startsWith('arn:') ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
