/** Where faults are told: one line each. A pino logger fits. */
export interface JobLog {
  error(fields: object, message: string): void;
}
