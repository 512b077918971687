import type { TrustedProxies } from '../../http/client-address.ts';
import type { LogReader } from '../../audit/log-reader.ts';
import type { ProviderClient } from '../../clients/oidc/provider-client.ts';
import type { BarrierKey } from '../../crypto/hierarchy.ts';
import type { Random } from '../../crypto/random.ts';
import type { Directory } from '../../identity/directory.ts';
import type { Clock } from '../../keys/ports.ts';
import type { KeyOutlines } from '../../keys/key-outlines.ts';
import type { GrantCache } from '../../keys/grant-cache.ts';
import type { KeyCache } from '../../keys/key-cache.ts';
import type { MaterialPool } from '../../keys/material-pool.ts';
import type { WrappingKeyPool } from '../../keys/wrapping-key-pool.ts';
import type { Quotas } from '../../keys/quotas.ts';
import type { Pipeline } from '../../pipeline/execute.ts';
import type { RequestMeter } from '../../pipeline/request-meter.ts';
import type { Throttle } from '../../pipeline/throttle.ts';
import type { UnauthenticatedRefusals } from '../../pipeline/unauthenticated.ts';
import type { EventHub } from './events/event-hub.ts';
import type { MaybePromise, RecordReader } from '../../records/ports.ts';
import type { ListedKey } from './listed-key.ts';
import type { SignInServices } from './sign-in/sign-in-services.ts';
import type { VaultServices } from './vault/vault-services.ts';

/** The forms in which a log is exported. */
export const EXPORT_FORMATS = ['cadf', 'cloudtrail', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is exported: entries of some indexes that are of some times. From the first up to, and without, the second. */
export interface ExportSpan {
  readonly from: number;
  readonly to: number;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is asked of the audit log's files. */
export interface AuditReader {
  /** The newest signed checkpoint of a log (a tenant's id, or `installation`); `undefined` before the first one. */
  checkpoint(log: string): MaybePromise<string | undefined>;
  /** The public key of the log's checkpoints, as C2SP signed-note tools take it. */
  verifierKey(log: string): string;
  /** Reads and proves entries of a log, which may have none yet. */
  reader(log: string): LogReader;
  /** Entries of a log as lines of JSON: docs/spec/audit-log.md, "Exports". Others get their turn while it is read. */
  exportLines(log: string, format: ExportFormat, span: ExportSpan): AsyncIterable<string>;
}

/** One line per request goes here. A pino logger fits. */
export interface RequestLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the admin API stands on: the composition root hands it over. */
export interface AdminServices {
  readonly installationId: string;
  readonly version: string;
  readonly records: RecordReader;
  readonly barrier: BarrierKey;
  readonly directory: Directory;
  readonly keys: KeyCache;
  /** What lists of keys are searched by. */
  readonly listedKeys: KeyOutlines<ListedKey>;
  readonly grants: GrantCache;
  readonly materials: MaterialPool;
  readonly wrappingKeys: WrappingKeyPool;
  readonly quotas: Quotas;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly random: Random;
  readonly refusals: UnauthenticatedRefusals;
  readonly audit: AuditReader;
  readonly events: EventHub;
  /** Absent: nothing bounds how often a tenant asks. */
  readonly throttle?: Throttle;
  /** What the policy `metrics` has counted. */
  readonly meter: RequestMeter;
  readonly log: RequestLog;
  /** How people sign in. */
  readonly signIn: SignInServices;
  readonly vault: VaultServices;
  /** Where people reach this server: `https://host[:port]`, or `http://` of this machine. */
  readonly publicUrl: string;
  /** Whose word counts on whom they speak for. Absent: nobody's. */
  readonly proxies?: TrustedProxies;
  /** Speaks with the OpenID providers of tenants. */
  readonly providers: ProviderClient;
  /** `https://host[:port]` by which AWS reaches the external key store proxy, where the operator has said so. */
  readonly xksProxyUrl?: string;
}
