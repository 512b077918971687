/** The CRN of a root key, taken apart. */
export interface KeyCrn {
  readonly crn: string;
  readonly region: string;
  /** Behind `a/`. */
  readonly accountId: string;
  /** The id of the instance. */
  readonly instance: string;
  readonly keyId: string;
}

const KEY_CRN =
  /^crn:v1:[a-z0-9-]+:[a-z0-9-]+:(?:kms|hs-crypto):([a-z]{2}(?:-[a-z0-9]+)+):a\/([A-Za-z0-9]{1,64}):([0-9a-f-]{36}):key:([A-Za-z0-9-]{1,64})$/;

/** Reads the CRN of a key; `undefined` for everything else. https://cloud.ibm.com/docs/account?topic=account-crn */
export function parseKeyCrn(text: string): KeyCrn | undefined {
  const match = KEY_CRN.exec(text);
  if (match === null) return undefined;
  const [crn, region, accountId, instance, keyId] = match as unknown as [string, string, string, string, string];
  return { crn, region, accountId, instance, keyId };
}
