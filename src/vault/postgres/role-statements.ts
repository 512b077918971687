/** One statement of what pg_dumpall writes of roles and tablespaces. */
export interface RoleStatement {
  readonly sql: string;
  /** The role that it makes or changes; absent for memberships and what is of tablespaces. */
  readonly role?: string;
}

/** A part of SQL that a semicolon does not end: a text, a name, a comment; or one character. */
const PART = /E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|[^]/gy;
/** A name without quotes is lower-case, and none of the words that mean whoever asks. */
const ROLE =
  /^(?:CREATE|ALTER|COMMENT ON) ROLE (?:"((?:[^"]|"")*)"|(?!(?:current_user|current_role|session_user|user|public|all|none)\b)([a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*))(?=\s|$)/;
/** What else pg_dumpall writes of roles and tablespaces. Whatever is not of such a form, it has not written. */
const OTHERS = [
  /^SET \w+ = '?[\w.-]*'?$/,
  /^SELECT pg_catalog\.set_config\('[\w.]+', '[^'\\]*', (?:true|false)\)$/,
  /^(?:CREATE|ALTER|COMMENT ON) TABLESPACE /,
  /^(?:GRANT|REVOKE|SECURITY LABEL) /,
];

/**
 * Splits what `pg_dumpall --globals-only` writes. Comments and commands to psql are left out, and so is every
 * statement of a form that it does not write: who could write a snapshot must not change a role that is there by calling it
 * another way.
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
    if (role === undefined && !OTHERS.some((form) => form.test(text))) continue;
    statements.push({ sql: `${text};`, ...(role !== undefined && { role }) });
  }
  return statements;
}

/** pg_dumpall begins and ends with a command of its own (`\restrict`); between them there is none outside of texts. */
function withoutCommands(script: string): string {
  return script.replace(/^\\(?:un)?restrict [^\n]*$/gm, '').replace(/^\\connect [^\n]*$/gm, '');
}
