/** Where an instance of Key Protect is and as whom it is called. */
export interface KeyProtectConnection {
  /** `us-south`, `eu-de` ...: where IBM Cloud's own endpoint of it is. */
  readonly region: string;
  /** The id of the instance: a UUID. */
  readonly instance: string;
  /** Absent: IBM Cloud's own of the region. Scheme, host and port. */
  readonly endpoint?: string;
  /** Where API keys become tokens. Absent: IBM Cloud IAM. Scheme, host and port. */
  readonly iamEndpoint?: string;
  /** The owner wipes it. */
  readonly apiKey: Buffer;
}

/** How long a call may take and how often it is made. */
export interface KeyProtectLimits {
  readonly requestTimeoutMs: number;
  /** The first call and the repetitions after 429, 5xx and broken connections together. */
  readonly maxAttempts: number;
  /** The wait before the first repetition; each further one is twice as long. */
  readonly backoffMs: number;
}

/** A few seconds at most for a call that fails, as the master-key port wants it. */
export const DEFAULT_KEY_PROTECT_LIMITS: KeyProtectLimits = {
  requestTimeoutMs: 10_000,
  maxAttempts: 4,
  backoffMs: 200,
};
