/** A name of IBM Cloud has ten segments (https://cloud.ibm.com/docs/account?topic=account-crn). */
const SEGMENTS = 10;
const MAX_LENGTH = 1_024;
/** Printable ASCII without space, quotes, and what a query uses as a wildcard. */
const CRN = /^[!#-&(-)+-~]+$/;
/** `crn:v1:<cloud>:<kind of cloud>:<service>:...`: these say where to look, so they are never empty. */
const FILLED = [0, 1, 2, 3, 4];

/** Whether a text is the name of one resource of IBM Cloud, to the letter. */
export function isResourceCrn(text: string): boolean {
  return isShaped(text) && CRN.test(text);
}

function isShaped(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const segments = text.split(':');
  const [prefix, version] = segments;
  return (
    segments.length === SEGMENTS && prefix === 'crn' && version === 'v1' && FILLED.every((at) => segments[at] !== '')
  );
}

/** Which resources are meant. */
export type CrnMatch = (crn: string) => boolean;

/**
 * Reads a query for resources: all ten segments, of which the ninth may be `*`, and the last may end with one for
 * everything that begins with what stands before it. `undefined` where it is none.
 */
export function parseCrnQuery(text: string): CrnMatch | undefined {
  if (!isShaped(text) || !CRN.test(text.replaceAll('*', ''))) return undefined;
  const segments = text.split(':');
  const [type, resource] = [segments[8] as string, segments[9] as string];
  const head = `${segments.slice(0, 8).join(':')}:`;
  const prefix = resource.endsWith('*') ? resource.slice(0, -1) : undefined;
  if (head.includes('*') || (type.includes('*') && type !== '*') || (prefix ?? resource).includes('*'))
    return undefined;
  return (crn) => {
    if (!crn.startsWith(head)) return false;
    const [ownType, ownResource] = crn.slice(head.length).split(':') as [string, string];
    if (type !== '*' && type !== ownType) return false;
    return prefix === undefined ? resource === ownResource : ownResource.startsWith(prefix);
  };
}
