// Loaded before everything else: whoever started the process may turn its clock forward.
let shiftMs = 0;
const now = Date.now.bind(Date);
Date.now = () => now() + shiftMs;
process.on('message', (message) => {
  if (!isShift(message)) return;
  shiftMs += message.shiftMs;
  process.send?.({ shiftedMs: shiftMs });
});

function isShift(message: unknown): message is { readonly shiftMs: number } {
  return typeof message === 'object' && message !== null && 'shiftMs' in message;
}
