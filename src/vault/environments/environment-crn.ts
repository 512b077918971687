/** The name of an environment in registrations of keys: a CRN, as services of IBM Cloud register what a key protects. */
export function environmentCrn(region: string, accountId: string, environmentId: string): string {
  return `crn:v1:keystead:public:backup:${region}:a/${accountId}:${environmentId}::`;
}

/** Whose environment {@link environmentCrn} named, and which; `undefined`: it names something else. */
export function parseEnvironmentCrn(
  crn: string,
): { readonly accountId: string; readonly environmentId: string } | undefined {
  const [, accountId, environmentId] = /^crn:v1:keystead:public:backup:[^:]+:a\/(\d+):([^:]+)::$/.exec(crn) ?? [];
  return accountId === undefined || environmentId === undefined ? undefined : { accountId, environmentId };
}
