/** One shape of the AWS KMS model, as `model.gen.ts` holds it. Lengths of strings are characters, of blobs bytes, of lists members. */
export type Shape = StructureShape | ListShape | MapShape | ScalarShape;

export interface StructureShape {
  readonly type: 'structure';
  readonly members: readonly MemberRow[];
}

export interface MemberRow {
  readonly name: string;
  readonly shape: string;
  readonly required?: true;
}

export interface ListShape {
  readonly type: 'list';
  readonly member: string;
  readonly min?: number;
  readonly max?: number;
}

/** All maps of this API are of strings to strings. */
export interface MapShape {
  readonly type: 'map';
}

export interface ScalarShape {
  readonly type: 'string' | 'blob' | 'integer' | 'boolean' | 'timestamp';
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** A Java regular expression that the whole text must match. */
  readonly pattern?: string;
  /** The value must not show up in texts. */
  readonly sensitive?: boolean;
}
