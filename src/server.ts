import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { EgressGuard } from './clients/egress.ts';
import { ProviderClient } from './clients/oidc/provider-client.ts';
import { bringBackAlerts } from './jobs/bring-back-alerts.ts';
import { forgetDue } from './jobs/forget-due.ts';
import { FORGOTTEN } from './jobs/forgotten.ts';
import { forgetLeftBehind } from './jobs/forget-left-behind.ts';
import { noteOverdue } from './jobs/note-overdue.ts';
import { RightsSweep } from './jobs/sweep-rights.ts';
import { sendAlerts } from './jobs/send-alerts.ts';
import { sharedRoute } from './http/shared-route.ts';
import { startServer, type RunningServer } from './http/server.ts';
import { keysteadOf } from './jobs/keystead-keys.ts';
import { KeyOutlines } from './keys/key-outlines.ts';
import { MaterialPool } from './keys/material-pool.ts';
import { WrappingKeyPool } from './keys/wrapping-key-pool.ts';
import { bringBackEvents } from './pipeline/bring-back-events.ts';
import { sendEvents } from './pipeline/send-events.ts';
import { sweepDueKeys } from './pipeline/sweep.ts';
import { RequestMeter } from './pipeline/request-meter.ts';
import { Throttle } from './pipeline/throttle.ts';
import { UnauthenticatedRefusals } from './pipeline/unauthenticated.ts';
import { ADMIN_PREFIX, createAdminApi } from './protocols/admin/api.ts';
import { listedKeyOf } from './protocols/admin/listed-key.ts';
import { EventHub } from './protocols/admin/events/event-hub.ts';
import { openSignIn } from './protocols/admin/sign-in/sign-in-services.ts';
import { openVault } from './protocols/admin/vault/open-vault.ts';
import { awsKmsRoute } from './protocols/aws-kms/endpoint.ts';
import { issuerOf } from './protocols/iam/claims.ts';
import { iamRoutes } from './protocols/iam/endpoint.ts';
import { SigningKeys } from './protocols/iam/signing-keys.ts';
import { Tokens } from './protocols/iam/tokens.ts';
import { keyProtectRoutes } from './protocols/key-protect/endpoint.ts';
import { xksRoute } from './protocols/xks/endpoint.ts';
import { alertSender } from './server/alert-sender.ts';
import { attestationRoots } from './server/attestation-roots.ts';
import { isForSts, stsRoutes } from './protocols/sts/endpoint.ts';
import { checkpointsOf } from './server/checkpoints.ts';
import { consoleEntrance, consoleRoute } from './server/console/routes.ts';
import { faultsTo } from './server/fault-log.ts';
import type { FirstCredentials } from './server/first-start.ts';
import { healthRoutes, readiness, type Health } from './server/health.ts';
import { readHostedStores } from './server/hosted-stores.ts';
import { keepOut } from './server/keep-out.ts';
import { missingRoots } from './server/missing-roots.ts';
import { every } from './server/every.ts';
import { initialised, urlOf, type Initialised } from './server/initialise.ts';
import { openKeyStores } from './server/key-stores.ts';
import { ownUrl } from './server/own-url.ts';
import { SteadyClock } from './server/steady-clock.ts';
import { warmKeyLists } from './server/warm-key-lists.ts';
import { webhookSender } from './server/webhook-sender.ts';
import { startXksProxy } from './server/xks-proxy.ts';
import { unsealInstallation } from './server/unsealed.ts';
import { VERSION } from './server/version.ts';

/** Where the server says what it does: one JSON line each. A pino logger fits. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A server that runs. */
export interface Keystead {
  readonly url: string;
  /** Where the external key store proxy listens, if it does. */
  readonly xksUrl?: string;
  /** Present on the very first start only: shown once, stored nowhere in clear. */
  readonly first?: FirstCredentials;
  /** Stops accepting, lets what is in flight finish, takes the last entries into the log, closes. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;
const SWEEP_EVERY_MS = 30_000;
const EVENTS_EVERY_MS = 1_000;
const COUNTS_EVERY_MS = 60_000;
const RECOVER_EVERY_MS = 60_000;
const SCHEDULES_EVERY_MS = 1_000;
const UNEASY_EVERY_MS = 10_000;
const WATCH_EVERY_MS = 15 * 60_000;
const TEND_KEYS_EVERY_MS = 3_600_000;

/**
 * Opens the installation (makes it, on the first start) and serves it. `showFirst` is called on the very first start
 * only, also when the server cannot listen then: the credentials exist nowhere else, and the next start is not the first.
 *
 * @throws {ConfigError} {@link SealError} {@link StateCheckError} {@link MigrationError} each says what to do
 */
export async function startKeystead(
  config: Config,
  log: Log,
  showFirst: (first: Initialised) => void = () => {},
): Promise<Keystead> {
  const health: Health = { failure: undefined, isClosing: false };
  const unsealed = await unsealInstallation(config, {
    onStoreFailure: (error) => {
      health.failure = error;
      log.error({ err: error }, 'the store has died: start the server again');
    },
    onAuditFailure: (error) => log.error({ err: error }, 'entries wait in the database for the audit log'),
  });
  const { store, directory, keys, grants, pipeline, clock, random, installation, signer } = unsealed;
  const unauthenticated = new UnauthenticatedRefusals();
  const isBounded = Object.keys(config.rates).length > 0;
  const meter = new RequestMeter();
  const throttle = isBounded ? new Throttle(config.rates, () => performance.now()) : undefined;
  const onFault = faultsTo(log, health);

  const steady = new SteadyClock(clock, (byMs) =>
    log.warn({ byMs }, 'the clock was set: what is due to end for good, as keys and snapshots do, waits for an hour'),
  );
  const isClockBelieved = (): boolean => steady.now() !== undefined;
  const keystead = { directory, keys, grants, records: store, pipeline, clock, random };
  const vault = openVault(
    {
      vaultRoots: config.vaultRoots,
      sourceRoots: config.sourceRoots,
      ...(config.runCommands && { runCommands: config.runCommands }),
      keepOut: keepOut(config),
      cacheFolder: join(config.dataFolder, 'vault-cache'),
      egress: config.egress,
      hosted: await readHostedStores(config),
      lendsCredentials: config.vaultOwnCredentials ?? false,
    },
    { ...keystead, log, keystead: keysteadOf(keystead), keysteadRights: keystead, isClockBelieved },
  );
  const events = new EventHub({ records: store, directory, desk: vault.desk, clock, random, onFault });
  const listedKeys = new KeyOutlines(store, listedKeyOf);
  const materials = new MaterialPool();
  let server: RunningServer | undefined;
  const wrappingKeys = new WrappingKeyPool();
  const admin = await createAdminApi({
    ...unsealed,
    listedKeys,
    materials,
    wrappingKeys,
    quotas: config.quotas,
    vault,
    installationId: installation.installationId,
    barrier: installation.barrier,
    records: store,
    refusals: unauthenticated,
    events,
    audit: checkpointsOf(config.dataFolder, signer),
    version: VERSION,
    ...(throttle && { throttle }),
    meter,
    log,
    ...(config.proxies && { proxies: config.proxies }),
    get publicUrl() {
      return ownUrl(config, server?.url);
    },
    signIn: openSignIn({
      listenHost: config.listen.host,
      ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    }),
    providers: new ProviderClient(new EgressGuard(config.egress), () => performance.now()),
    ...(config.xks?.url !== undefined && { xksProxyUrl: config.xks.url }),
  });
  const sts = stsRoutes({
    directory,
    random,
    pipeline,
    clock,
    unauthenticated,
    ...(throttle && { throttle }),
    onFault,
  });
  const kms = awsKmsRoute({
    directory,
    keys,
    grants,
    records: store,
    random,
    wrappingKeys,
    attestationRoots: attestationRoots(config.attestationRootsFile),
    materials,
    quotas: config.quotas,
    ...(throttle && { throttle }),
    pipeline,
    clock,
    unauthenticated,
    keyStores: openKeyStores(config),
    onFault,
  });

  const issuer = issuerOf(installation.installationId);
  const signingKeys = new SigningKeys({ store, barrier: installation.barrier, random });
  const tokens = new Tokens({ keys: signingKeys, directory, random, issuer });
  const iam = iamRoutes({
    directory,
    tokens,
    keys: signingKeys,
    issuer,
    pipeline,
    clock,
    unauthenticated,
    ...(throttle && { throttle }),
    onFault,
  });
  const keyProtect = keyProtectRoutes({
    directory,
    keys,
    records: store,
    random,
    wrappingKeys,
    quotas: config.quotas,
    tokens,
    pipeline,
    clock,
    unauthenticated,
    meter,
    ...(throttle && { throttle }),
    onFault,
  });

  const xks = xksRoute({
    directory,
    keys,
    records: store,
    random,
    pipeline,
    clock,
    unauthenticated,
    installationId: installation.installationId,
    version: VERSION,
    isReady: () => readiness(health, store).ok,
    onFault,
  });

  await vault.desk.recover();
  let xksServer: RunningServer | undefined;
  try {
    const { host, port, tls } = config.listen;
    server = await startServer({
      host,
      port,
      ...(tls && { tls }),
      ...(config.proxies && { proxies: config.proxies }),
      routes: [
        sharedRoute([{ route: sts.post, isFor: isForSts }], kms),
        sharedRoute([{ route: sts.get, isFor: isForSts }], {
          ...consoleEntrance('/'),
          bodyLimitBytes: sts.get.bodyLimitBytes,
        }),
        consoleEntrance('/console'),
        consoleRoute(),
        ...iam,
        ...keyProtect,
        ...healthRoutes(health, store),
      ],
      fallback: { below: [`${ADMIN_PREFIX}/`], handle: admin.routing },
      onFault,
    });
    xksServer = await startXksProxy(config, [xks, ...healthRoutes(health, store)], onFault);
  } catch (error) {
    await server?.close(0);
    if (unsealed.first) showFirst(initialised(config, urlOf(config.listen), unsealed.first));
    await admin.close();
    await unsealed.close();
    throw error;
  }
  if (unsealed.first) showFirst(initialised(config, server.url, unsealed.first));
  const { egress, mail, publicUrl } = config;
  const alerts = alertSender({ egress, ...(mail && { mail }), ...(publicUrl !== undefined && { publicUrl }) }, clock);
  const sender = webhookSender(directory, config.egress, clock);
  const rights = new RightsSweep(keystead);
  const chores = [
    // Each of its own: one that fails again and again keeps no other from what it does.
    every(SWEEP_EVERY_MS, onFault, () => steady.by((nowMs) => sweepDueKeys(store, directory, keys, nowMs, random))),
    every(SWEEP_EVERY_MS, onFault, async () => keys.closeIdle(clock())),
    every(TEND_KEYS_EVERY_MS, onFault, () => signingKeys.tend(clock())),
    every(EVENTS_EVERY_MS, onFault, () => sendEvents({ store, directory, sender, clock, random, isClockBelieved })),
    every(TEND_KEYS_EVERY_MS, onFault, () => bringBackEvents({ store, directory, clock, random })),
    // Runs of a server that was killed: at once, and of another one that is killed while this one goes on.
    every(RECOVER_EVERY_MS, onFault, () => vault.desk.recover()),
    ...FORGOTTEN.map((what) =>
      every(what.everyMs, onFault, () => steady.by((nowMs) => forgetDue({ store, directory, random }, what, nowMs))),
    ),
    every(SCHEDULES_EVERY_MS, onFault, () => vault.scheduler.tick()),
    every(TEND_KEYS_EVERY_MS, onFault, () => vault.scheduler.bringBack()),
    every(SCHEDULES_EVERY_MS, onFault, () => vault.desk.cancelAsked()),
    every(UNEASY_EVERY_MS, onFault, () => vault.watcher.checkUneasy()),
    every(WATCH_EVERY_MS, onFault, () => vault.watcher.checkAll()),
    every(TEND_KEYS_EVERY_MS, onFault, () => rights.sweep()),
    every(TEND_KEYS_EVERY_MS, onFault, () => forgetLeftBehind({ records: store, directory, pipeline, clock })),
    every(RECOVER_EVERY_MS, onFault, () => noteOverdue({ records: store, directory, pipeline, clock, random })),
    every(EVENTS_EVERY_MS, onFault, () => sendAlerts({ store, directory, sender: alerts, clock, random })),
    every(TEND_KEYS_EVERY_MS, onFault, () => bringBackAlerts({ store, directory, clock, random })),
    every(COUNTS_EVERY_MS, onFault, () => unauthenticated.flush(store, clock(), random)),
    every(COUNTS_EVERY_MS, onFault, async () => throttle?.flush(store, clock(), random)),
  ];
  const warm = new AbortController();
  const warming = warmKeyLists({ records: store, directory, lists: listedKeys }, warm.signal).catch(onFault);
  // Not waited for: a disk of the network that is gone answers late, or never.
  void missingRoots(config).then((missing) => {
    for (const { setting, folder, what } of missing) log.warn({ setting, folder }, what);
  });
  log.info({ url: server.url, xksUrl: xksServer?.url, version: VERSION, data: config.dataFolder }, 'serving');

  const close = async (): Promise<void> => {
    health.isClosing = true;
    warm.abort();
    events.close();
    await Promise.all([server.close(GRACE_MS), xksServer?.close(GRACE_MS)]);
    await admin.close();
    await vault.desk.close();
    await Promise.all([warming, ...chores.map((stop) => stop())]);
    await unauthenticated.flush(store, clock(), random).catch(onFault);
    await throttle?.flush(store, clock(), random).catch(onFault);
    await unsealed.close();
    log.info({}, 'closed');
  };
  return {
    url: server.url,
    ...(xksServer && { xksUrl: xksServer.url }),
    ...(unsealed.first && { first: unsealed.first }),
    close,
  };
}
