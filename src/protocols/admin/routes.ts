import { ALERT_ROUTES } from './resources/alert-channels.ts';
import { createVaultBucket } from './resources/buckets.ts';
import { KEY_WATCH_ROUTES } from './resources/key-watch.ts';
import { SCHEDULE_ROUTES } from './resources/schedules.ts';
import { askForAgent, enrolAgent, reportAgentRun } from './resources/agent-side.ts';
import { getAgent, inviteAgent, listAgents, revokeAgent } from './resources/agents.ts';
import { HOLD_ROUTES } from './resources/holds.ts';
import { RETENTION_ROUTES } from './resources/retention.ts';
import { createKey } from './resources/create-key.ts';
import { explainAccess } from './resources/access.ts';
import { explainKeyAccess } from './resources/key-access.ts';
import { checkAccess } from './resources/own-access.ts';
import { listApprovals } from './resources/approvals.ts';
import { createAuthorization, deleteAuthorization, listAuthorizations } from './resources/authorizations.ts';
import { CHECKPOINT_ROUTES } from './resources/audit.ts';
import { AUDIT_ENTRY_ROUTES } from './resources/audit-entries.ts';
import { AUDIT_EXPORT_ROUTES } from './resources/audit-export.ts';
import { AUDIT_PROOF_ROUTES } from './resources/audit-proofs.ts';
import {
  createCredential,
  createRootCredential,
  deleteCredential,
  listCredentials,
  suspendCredential,
} from './resources/credentials.ts';
import { createGrant, listGrants, retireGrant, revokeGrant } from './resources/grants.ts';
import {
  cancelKeyDeletion,
  disableKey,
  disableKeyRotation,
  enableKey,
  enableKeyRotation,
  getKey,
  listKeys,
  rotateKey,
  scheduleKeyDeletion,
} from './resources/keys.ts';
import { getLimits } from './resources/limits.ts';
import { getInstanceMetrics } from './resources/instance-metrics.ts';
import { getInstancePolicies, setInstancePolicies } from './resources/instance-policies.ts';
import { createImportToken, importKey, retrieveImportToken } from './resources/instance-import.ts';
import {
  deleteKeyMaterial,
  getImportParameters,
  importKeyMaterial,
  listImportWrappings,
} from './resources/key-import.ts';
import { createKeyAlias, deleteKeyAlias, moveKeyAlias, updateKeyDescription } from './resources/key-names.ts';
import { checkKeyPolicy, getKeyPolicy, setKeyPolicy } from './resources/key-policy.ts';
import { getPublicKey } from './resources/key-public-key.ts';
import { replicateKey, setPrimaryRegion } from './resources/key-regions.ts';
import { createKeyRing, deleteKeyRing, listKeyRings, moveKeyToRing } from './resources/key-rings.ts';
import { tagKey, untagKey } from './resources/key-tags.ts';
import { createSecret, readSecret } from './resources/secrets.ts';
import { authorizeKeyDeletion, requireTwoPeople, withdrawKeyAuthorization } from './resources/key-authorization.ts';
import { deleteKey, purgeKey, restoreKey } from './resources/key-removal.ts';
import {
  deleteEnvironment,
  emptyStore,
  moveEnvironmentStorage,
  updateEnvironment,
} from './resources/environment-changes.ts';
import { importEnvironment } from './resources/import-environment.ts';
import { setEnvironmentCredentials } from './resources/environment-credentials.ts';
import {
  changeMasterKey,
  changeRecipients,
  refreshMasterKeys,
  rewrapFormerStorage,
} from './resources/environment-master-keys.ts';
import {
  checkEnvironment,
  createEnvironment,
  getEnvironment,
  listEnvironments,
  preflightEnvironment,
} from './resources/environments.ts';
import {
  createPolicy,
  deletePolicy,
  getPolicy,
  listActions,
  listPolicies,
  updatePolicy,
} from './resources/policies.ts';
import { getPrincipal, listPrincipalInlinePolicies, PRINCIPAL_CHANGES } from './resources/principal-changes.ts';
import { createPrincipal, listPrincipals } from './resources/principals.ts';
import { createRole, getRole, listRoleInlinePolicies, listRoles, ROLE_CHANGES } from './resources/roles.ts';
import { deleteRegion } from './resources/delete-region.ts';
import { addRegion, addTenantRegion, listRegions } from './resources/regions.ts';
import {
  cancelRun,
  getRun,
  listRuns,
  listSnapshots,
  startBackup,
  startDatabaseRestore,
  startRestore,
  startVerification,
} from './resources/runs.ts';
import {
  createService,
  createServiceCredential,
  listServices,
  resumeService,
  suspendService,
} from './resources/services.ts';
import { unlinkPrincipalIdentity } from './resources/identity-links.ts';
import { IDENTITY_PROVIDER_ROUTES } from './resources/identity-providers.ts';
import { listKeyEvents, listKeyRegistrations } from './resources/key-events.ts';
import { getKeyUses, getUses } from './resources/uses.ts';
import { getOverview } from './resources/overview.ts';
import { openEvents } from './resources/events.ts';
import { setEvents, stopEvents } from './resources/service-events.ts';
import { SOURCE_ROUTES } from './resources/sources.ts';
import { browseSnapshot, compareSnapshots, pathHistory, planRestore, searchSnapshot } from './resources/recovery.ts';
import { getStatus, whoAmI } from './resources/session.ts';
import { OWN_SIGN_IN_ROUTES } from './resources/own-sign-in.ts';
import { PRINCIPAL_SIGN_IN_ROUTES } from './resources/enrolments.ts';
import { SESSION_ROUTES } from './resources/sessions.ts';
import { getSignInSettings, setSignInSettings } from './resources/sign-in-settings.ts';
import { listTokenSigningKeys, revokeTokenKey, rotateTokenSigningKey } from './resources/token-signing-keys.ts';
import { createTenant, getTenant, listTenants } from './resources/tenants.ts';
import {
  createXksEndpoint,
  deleteXksEndpoint,
  exposeXksKey,
  getXksEndpoint,
  hideXksKey,
  listXksEndpoints,
  rotateXksEndpointCredential,
} from './resources/xks-endpoints.ts';
import { getVaultPolicy } from './resources/vault-policies.ts';
import type { AdminRoute } from './route.ts';

/** Every endpoint of the admin API. What is not in this list does not exist. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  whoAmI,
  openEvents,
  getOverview,
  getUses,
  getKeyUses,
  getStatus,
  explainAccess,
  explainKeyAccess,
  checkAccess,
  listApprovals,
  createTenant,
  listTenants,
  getTenant,
  addTenantRegion,
  addRegion,
  listRegions,
  deleteRegion,
  getLimits,
  getInstancePolicies,
  setInstancePolicies,
  getInstanceMetrics,
  createPrincipal,
  listPrincipals,
  getPrincipal,
  listPrincipalInlinePolicies,
  ...PRINCIPAL_CHANGES,
  ...PRINCIPAL_SIGN_IN_ROUTES,
  ...OWN_SIGN_IN_ROUTES,
  ...SESSION_ROUTES,
  getSignInSettings,
  setSignInSettings,
  ...IDENTITY_PROVIDER_ROUTES,
  unlinkPrincipalIdentity,
  createPolicy,
  listPolicies,
  listActions,
  getPolicy,
  updatePolicy,
  deletePolicy,
  createRole,
  listRoles,
  getRole,
  listRoleInlinePolicies,
  ...ROLE_CHANGES,
  listTokenSigningKeys,
  rotateTokenSigningKey,
  revokeTokenKey,
  createService,
  listServices,
  suspendService,
  resumeService,
  createServiceCredential,
  createAuthorization,
  listAuthorizations,
  deleteAuthorization,
  setEvents,
  stopEvents,
  listKeyEvents,
  listKeyRegistrations,
  createCredential,
  createRootCredential,
  listCredentials,
  suspendCredential,
  deleteCredential,
  createKey,
  listKeys,
  getKey,
  enableKey,
  disableKey,
  rotateKey,
  enableKeyRotation,
  disableKeyRotation,
  scheduleKeyDeletion,
  cancelKeyDeletion,
  authorizeKeyDeletion,
  withdrawKeyAuthorization,
  requireTwoPeople,
  deleteKey,
  restoreKey,
  purgeKey,
  createKeyAlias,
  deleteKeyAlias,
  moveKeyAlias,
  updateKeyDescription,
  tagKey,
  untagKey,
  getKeyPolicy,
  setKeyPolicy,
  checkKeyPolicy,
  getPublicKey,
  listImportWrappings,
  getImportParameters,
  importKeyMaterial,
  deleteKeyMaterial,
  createImportToken,
  retrieveImportToken,
  importKey,
  createSecret,
  readSecret,
  replicateKey,
  setPrimaryRegion,
  listKeyRings,
  createKeyRing,
  deleteKeyRing,
  moveKeyToRing,
  createGrant,
  listGrants,
  revokeGrant,
  retireGrant,
  createEnvironment,
  listEnvironments,
  preflightEnvironment,
  getVaultPolicy,
  importEnvironment,
  getEnvironment,
  checkEnvironment,
  setEnvironmentCredentials,
  updateEnvironment,
  moveEnvironmentStorage,
  deleteEnvironment,
  emptyStore,
  changeMasterKey,
  changeRecipients,
  refreshMasterKeys,
  rewrapFormerStorage,
  ...SOURCE_ROUTES,
  ...SCHEDULE_ROUTES,
  createVaultBucket,
  ...KEY_WATCH_ROUTES,
  ...ALERT_ROUTES,
  startBackup,
  startRestore,
  startDatabaseRestore,
  startVerification,
  listSnapshots,
  browseSnapshot,
  searchSnapshot,
  pathHistory,
  compareSnapshots,
  planRestore,
  ...RETENTION_ROUTES,
  ...HOLD_ROUTES,
  listRuns,
  getRun,
  cancelRun,
  inviteAgent,
  listAgents,
  getAgent,
  revokeAgent,
  enrolAgent,
  askForAgent,
  reportAgentRun,
  createXksEndpoint,
  listXksEndpoints,
  getXksEndpoint,
  rotateXksEndpointCredential,
  exposeXksKey,
  hideXksKey,
  deleteXksEndpoint,
  ...CHECKPOINT_ROUTES,
  ...AUDIT_ENTRY_ROUTES,
  ...AUDIT_PROOF_ROUTES,
  ...AUDIT_EXPORT_ROUTES,
];
