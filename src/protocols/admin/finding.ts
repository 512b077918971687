/**
 * Endpoints that find what may have to be switched off, and with them whom the console shows who looks for it. They
 * change nothing, and answer on a full disk too, for as long as their entries leave room for what does switch it off.
 * Not among them is what pages ask again and again by themselves.
 */
export const FINDING: ReadonlySet<string> = new Set([
  'whoAmI',
  'checkAccess',
  'getStatus',
  'listRegions',
  'listKeys',
  'getKey',
  'getKeyUses',
  'listGrants',
  'listKeyRegistrations',
  'listEnvironments',
  'listAgents',
  'listPrincipals',
  'getPrincipal',
  'listRoles',
  'getRole',
  'listCredentials',
  'listSessions',
  'listIdentityProviders',
  'getIdentityProvider',
  'listServices',
  'listAuthorizations',
  'listXksEndpoints',
  'listTenants',
  'listTokenSigningKeys',
]);
