/** What the log alone does not say, and the machine that renders it knows. */
export interface ExportContext {
  /** The account of a tenant; absent for the installation's own log, and for tenants that are gone. */
  readonly accountOf: (tenantId: string) => string | undefined;
  /** The id of the instance of a tenant in a region, while it is there. */
  readonly instanceOf: (tenantId: string, region: string) => string | undefined;
  /** The HTTP status that IBM's wire answers a refusal with. */
  readonly statusOf: (reason: string) => number;
  /** The code that AWS's wire answers a refusal with. */
  readonly awsCodeOf: (reason: string) => string;
}

/** Where something is: what the ARN of a resource says. */
export interface Place {
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

const ARN =
  /^arn:aws:(?<service>[a-z0-9-]{1,32}):(?<region>[a-z0-9-]{0,32}):(?<account>\d{0,12}):(?<resource>.{1,512})$/s;

/** Reads an ARN; `undefined` for what is none. */
export function placeOf(arn: string | undefined): Place | undefined {
  const groups = arn === undefined ? undefined : ARN.exec(arn)?.groups;
  if (groups === undefined) return undefined;
  const { service = '', region = '', account = '', resource = '' } = groups;
  return { service, region, accountId: account, resource };
}
