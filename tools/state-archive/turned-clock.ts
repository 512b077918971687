// Loaded before a server that opens an archived state: its clock goes on from where the archive was made.
const startMs = Number(process.env['KEYSTEAD_ARCHIVED_AT_MS']);
const now = Date.now.bind(Date);
const shiftMs = startMs - now();
Date.now = () => now() + shiftMs;
