/** A file as a generator wants it. The path is relative to the project's root. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Makes files from other files of the project. The same project always gives the same files. */
export interface Generator {
  readonly name: string;
  readonly generate: () => readonly GeneratedFile[] | Promise<readonly GeneratedFile[]>;
}
