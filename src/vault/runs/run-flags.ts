/**
 * How Node starts the process of a run. Its heap stays small while gigabytes of buffers go through it; what the old
 * generation may grow to before it is marked for the first time is 256 MiB and not a few, so that they do not count.
 */
export const RUN_FLAGS: readonly string[] = ['--initial-old-space-size=256'];
