/** How long uses are counted for people to see: 400 days, so that a year can be compared with the one before. */
export const USES_KEPT_HOURS: number = 400 * 24;

/**
 * For how many days they are counted by the hour. Those of older days, of UTC, count as uses of the first hour of theirs: a
 * row for each hour and key of a year would be many, and nobody asks at which hour something was in spring.
 */
export const USES_BY_HOUR_DAYS = 92;

/** Which uses are asked for, in hours since 1970: from the first up to, and without, the second. */
export interface UsesAsked {
  /** The log that tells of them. */
  readonly tenantId: string;
  /** As entries name it: the id of the key's record. Absent: of all keys together. */
  readonly key?: string;
  readonly fromHour: number;
  readonly toHour: number;
  /** How many hours are one step, 1 or more. */
  readonly hoursPerStep: number;
}

/** Uses of one kind in one step. */
export interface UseCount {
  /** 0 for the step that begins at `fromHour`. */
  readonly step: number;
  /** `kms:Encrypt`, ... */
  readonly action: string;
  /** Above 0. */
  readonly count: number;
}
