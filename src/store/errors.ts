/** The store was closed, or its writer died: it must be opened again. Nothing of the refused call was written. */
export class StoreUnusableError extends Error {
  override readonly name = 'StoreUnusableError';
}

/** The database could not take a commit for another reason than room. Nothing was written; it may be tried again. */
export class StoreWriteError extends Error {
  override readonly name = 'StoreWriteError';
}

/** What lies in the database does not agree with itself or with its log. The text says what to do. */
export class StateCheckError extends Error {
  override readonly name = 'StateCheckError';
}

/** The database file cannot be used by this version of Keystead. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
