/** One statement of what pg_dumpall writes of roles and tablespaces. */
export interface RoleStatement {
  readonly sql: string;
  /** The role that it makes or changes; absent for memberships and what is of tablespaces. */
  readonly role?: string;
}

/** A part of SQL that a semicolon does not end: a text, a name, a comment; or one character. */
const PART = /E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|[^]/gy;
const ROLE = /^(?:CREATE|ALTER|COMMENT ON) ROLE (?:"((?:[^"]|"")*)"|([^\s;]+))/;

/**
 * Splits what `pg_dumpall --globals-only` writes. Comments and commands to psql are left out: nothing of a snapshot is
 * to be one.
 */
export function roleStatements(script: string): RoleStatement[] {
  const statements: RoleStatement[] = [];
  let sql = '';
  for (const [part] of withoutCommands(script).matchAll(PART)) {
    if (part.startsWith('--')) continue;
    if (part !== ';') {
      sql += part;
      continue;
    }
    const text = sql.trim();
    sql = '';
    if (text === '') continue;
    const match = ROLE.exec(text);
    const role = match?.[1]?.replaceAll('""', '"') ?? match?.[2];
    statements.push({ sql: `${text};`, ...(role !== undefined && { role }) });
  }
  return statements;
}

/** pg_dumpall begins and ends with a command of its own (`\restrict`); between them there is none outside of texts. */
function withoutCommands(script: string): string {
  return script.replace(/^\\(?:un)?restrict [^\n]*$/gm, '').replace(/^\\connect [^\n]*$/gm, '');
}
