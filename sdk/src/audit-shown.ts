import { fromBase64, sha256, toHex } from './audit-bytes.ts';
import type { AuditEntryWhole } from './client.gen.ts';

/** What an entry shows besides its leaf, held against it. */
export interface ShownAgainstLeaf {
  /** Whether log, who, what, when and the outcome stand in the leaf as they are shown. */
  readonly isAsLogged: boolean;
  /** Whether the details are those that the leaf commits to, and address and the like are as they stand in them. */
  readonly details: 'as-logged' | 'others' | 'erased';
}

type Members = Readonly<Record<string, unknown>>;

const LABEL = 'keystead/audit-details/v1';
const TOLD = ['address', 'credential', 'protocol', 'region', 'resource', 'refusal', 'userAgent'] as const;

/**
 * Holds what `getAuditEntry` answers against the leaf in the same answer. That the leaf is in the log is for
 * `verifyEntry` to say: only both together prove what is shown (docs/spec/audit-log.md, "Entries").
 */
export async function holdAgainstLeaf({
  log,
  entry,
  leaf,
  details,
  detailsSalt,
}: Pick<AuditEntryWhole, 'log' | 'entry' | 'leaf' | 'details' | 'detailsSalt'>): Promise<ShownAgainstLeaf> {
  const logged = parsed(leaf);
  const { principal, action, outcome, reason, key, keyVersion, requestId } = entry;
  const shown = { tenant: log, principal, action, outcome, reason, key, keyVersion, request: requestId };
  const isAsLogged =
    Object.entries(shown).every(([name, value]) => logged[name] === value) &&
    logged['time'] === Date.parse(entry.time) &&
    entry.isChange === 'changes' in logged;
  if (details === undefined) {
    const showsNone = entry.isErased && TOLD.every((name) => entry[name] === undefined);
    return { isAsLogged, details: showsNone ? 'erased' : 'others' };
  }
  const told = parsed(details);
  const isTold = TOLD.every((name) => entry[name] === (typeof told[name] === 'string' ? told[name] : undefined));
  const isCommitted = (await commitmentTo(details, detailsSalt)) === logged['details'];
  return { isAsLogged, details: isTold && isCommitted ? 'as-logged' : 'others' };
}

/** SHA-256(LP(label, salt, details)), hexadecimal. */
async function commitmentTo(details: string, salt: string | undefined): Promise<string | undefined> {
  const bytes = fromBase64(salt ?? '');
  if (bytes === undefined) return undefined;
  const text = new TextEncoder();
  const parts = [text.encode(LABEL), bytes, text.encode(details)];
  return toHex(await sha256(...parts.flatMap((part) => [lengthOf(part), part])));
}

/** 4 bytes, big-endian. */
function lengthOf({ length }: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

function parsed(json: string): Members {
  try {
    return (JSON.parse(json) ?? {}) as Members;
  } catch {
    return {};
  }
}
