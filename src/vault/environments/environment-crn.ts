/** The name of an environment in registrations of keys: a CRN, as services of IBM Cloud register what a key protects. */
export function environmentCrn(region: string, accountId: string, environmentId: string): string {
  return `crn:v1:keystead:public:backup:${region}:a/${accountId}:${environmentId}::`;
}
