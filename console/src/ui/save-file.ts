/** Has the browser save something as a file. What it holds is let go of at once. */
export function saveFile(
  name: string,
  content: string | Uint8Array<ArrayBuffer> | Blob,
  type = 'application/octet-stream',
): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Has the browser save a text as a file. */
export function saveText(name: string, text: string, type = 'text/plain'): void {
  saveFile(name, text, type);
}
