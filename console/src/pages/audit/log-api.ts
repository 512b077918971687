import type { AuditCheckpoint, AuditEntryProof, AuditEntryWhole, AuditGrowthProof } from '@keystead/sdk';
import type { Api } from '../../api/api.ts';
import type { LogName } from './audit-search.ts';

/** What is asked of a log, whichever it is. */
export interface LogApi {
  readonly entries: Api['listAuditEntries'];
  readonly entry: (index: number) => Promise<AuditEntryWhole>;
  readonly prove: (index: number) => Promise<AuditEntryProof>;
  readonly grow: (from: number) => Promise<AuditGrowthProof>;
  readonly checkpoint: () => Promise<AuditCheckpoint>;
}

const LOGS: Readonly<Record<LogName, (api: Api) => LogApi>> = {
  tenant: (api) => ({
    entries: (query) => api.listAuditEntries(query),
    entry: (index) => api.getAuditEntry(index),
    prove: (index) => api.proveAuditEntry(index),
    grow: (from) => api.proveAuditGrowth({ from }),
    checkpoint: () => api.getAuditCheckpoint(),
  }),
  installation: (api) => ({
    entries: (query) => api.listInstallationAuditEntries(query),
    entry: (index) => api.getInstallationAuditEntry(index),
    prove: (index) => api.proveInstallationAuditEntry(index),
    grow: (from) => api.proveInstallationAuditGrowth({ from }),
    checkpoint: () => api.getInstallationCheckpoint(),
  }),
};

/** The log of that name. */
export function logApi(api: Api, log: LogName): LogApi {
  return LOGS[log](api);
}
